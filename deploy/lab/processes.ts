import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from './errors.ts';
import { netnsRoot } from './layout.ts';
import { waitFor } from './wait.ts';

/**
 * What runs is asked of the kernel, never of a pid file: a file can be missing after a crash, or name a process that is
 * by now someone else's.
 */
export function findProcess(command: string, argument: string): number | undefined {
  return pids().find((pid) => {
    if (read(pid, 'comm')?.trimEnd() !== command) return false;
    return read(pid, 'cmdline')?.split('\0').includes(argument) === true;
  });
}

/** Live processes in a named network namespace. None if there is no such namespace. */
export function processesInNetns(netns: string): number[] {
  const wanted = inode(join(netnsRoot, netns));
  if (wanted === undefined) return [];
  return pids().filter((pid) => inode(`/proc/${String(pid)}/ns/net`) === wanted && isAlive(pid));
}

/**
 * Processes 1 of pid namespaces just below ours in whose environment a variable begins like this: the nodes of a lab,
 * whatever became of the names of their network namespaces.
 */
export function findInits(mark: string): number[] {
  const isMarked = (pid: number): boolean =>
    read(pid, 'environ')
      ?.split('\0')
      .some((variable) => variable.startsWith(mark)) === true;
  return pids().filter((pid) => isInit(pid) && isMarked(pid));
}

/** Whether it is process 1 of a pid namespace just below ours. */
export function isInit(pid: number): boolean {
  const ids = /^NSpid:\s+(.*)$/m.exec(read(pid, 'status') ?? '')?.[1]?.split(/\s+/) ?? [];
  return ids.length === 2 && ids[1] === '1';
}

export function commandName(pid: number): string | undefined {
  return read(pid, 'comm')?.trimEnd();
}

/** The kernel's one-letter state (R, S, D, T for stopped, Z for dead but not yet collected). */
export function processState(pid: number): string | undefined {
  const stat = read(pid, 'stat');
  return stat?.charAt(stat.lastIndexOf(')') + 2);
}

/**
 * A zombie counts as dead once its other threads have ended, too: until then they hold its files and ports. After that it holds no file, mount or
 * namespace any more.
 */
export function isAlive(pid: number): boolean {
  const state = processState(pid);
  if (state === 'Z') return threads(pid).length > 1;
  return state !== undefined && state !== 'X';
}

/** Those that have not ended, and the first one, which stays until the process is collected. */
function threads(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${String(pid)}/task`);
  } catch {
    return [];
  }
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

export async function waitForEnd(pid: number, what: string, within: number): Promise<void> {
  await waitFor(`${what} (pid ${String(pid)}) to end`, () => (isAlive(pid) ? undefined : true), { within });
}

/** Stops it until SIGCONT. Its threads stop one by one, which takes a moment on a busy machine. */
export async function suspend(pid: number | undefined, what: string): Promise<void> {
  if (pid === undefined) throw new LabError(`${what} does not run`);
  sendSignal(pid, 'SIGSTOP');
  await waitFor(`${what} to stop`, () => (processState(pid) === 'T' ? true : undefined), { within: 5000 });
}

/** Asks it to end, and makes it end if it has not done so within the given milliseconds. */
export async function terminate(pid: number, what: string, grace: number): Promise<void> {
  sendSignal(pid, 'SIGTERM');
  try {
    await waitForEnd(pid, what, grace);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    sendSignal(pid, 'SIGKILL');
    await waitForEnd(pid, what, 5000);
  }
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Undefined if the process is gone by now. */
function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

function inode(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${String(dev)}:${String(ino)}`;
  } catch {
    return undefined;
  }
}
