import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface CommandOptions {
  /** File that gets what the command prints; without one it prints where we do. */
  readonly log?: string;
  /** Upper bound of its time, in ms. */
  readonly timeout: number;
  /** Where it makes its temporary files. */
  readonly temporary: string;
  /** Stops the command before that. */
  readonly signal: AbortSignal;
}

export interface Ended {
  /** Exit code; null if it was stopped, killed, or could not be started. */
  readonly code: number | null;
  readonly output: string;
}

/** How long a command that was told to stop may take to clean up after itself, in ms. */
const GRACE = 60_000;

/** Ends all that is left of the command: a worker that outlived it would hold ports and files. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Settles when the command's own process has ended; gives what went wrong, if it did not end by itself. */
async function ended(child: ChildProcess, options: CommandOptions): Promise<string | undefined> {
  const stop = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeout)]);
  let grace: NodeJS.Timeout | undefined;
  const onStop = (): void => {
    child.kill('SIGTERM');
    grace = setTimeout(() => child.kill('SIGKILL'), GRACE);
  };
  const trouble = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve(undefined));
  });
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  const error = await trouble;
  stop.removeEventListener('abort', onStop);
  clearTimeout(grace);
  if (error !== undefined || !stop.aborted) return error;
  return options.signal.aborted ? 'stopped' : `stopped after ${options.timeout / 1000} s`;
}

/** Runs a command in a process group of its own, with the project's tools on its PATH. */
export async function runCommand(
  [file, ...args]: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<Ended> {
  const log = options.log === undefined ? undefined : await open(options.log, 'w');
  const out = log?.fd ?? 'inherit';
  try {
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', out, out],
      env: {
        ...process.env,
        PATH: `${path.resolve('node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
        TMPDIR: options.temporary,
      },
    });
    const trouble = await ended(child, options);
    if (child.pid !== undefined) endGroup(child.pid);
    const output = options.log === undefined ? '' : await readFile(options.log, 'utf8');
    return trouble === undefined
      ? { code: child.exitCode, output }
      : { code: null, output: `${output}\n${trouble}` };
  } finally {
    await log?.close();
  }
}
