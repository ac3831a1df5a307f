import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir, readlink, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Where a group can be made: cgroup v2 beside v1, a controller of v1, or v2 alone. */
const HIERARCHIES = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/pids', '/sys/fs/cgroup'];

/** What the agent takes for a container: a process in namespaces of its own, in a control group with the id. */
export interface FakeContainer {
  readonly container: string;
  readonly pid: number;
  /** Ends the process and waits until it is gone; the group stays until `remove`. */
  readonly end: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

export async function startFakeContainer(options: { ownNetwork: boolean }): Promise<FakeContainer> {
  const container = randomBytes(32).toString('hex');
  const group = await makeGroup(container);
  const join = `echo $$ > '${group}/cgroup.procs'`;
  const own = ['--uts', '--ipc', '--mount', ...(options.ownNetwork ? ['--net'] : [])].join(' ');
  const main = 'hostname fake-container && exec sleep 600';
  const child = spawn('sh', ['-c', `${join} && exec unshare ${own} sh -c '${main}'`], { stdio: 'ignore' });
  const exit = once(child, 'exit');
  const pid = child.pid ?? 0;
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
  };
  await expect.poll(() => readlink(`/proc/${pid}/exe`), { timeout: 5000 }).toMatch(/sleep|coreutils/);
  const remove = async (): Promise<void> => {
    await end();
    await rmdir(group);
  };
  return { container, pid, end, remove };
}

async function makeGroup(container: string): Promise<string> {
  const root = HIERARCHIES.find((path) => isWritable(path));
  if (root === undefined) throw new Error('No control group can be made here: these tests need root.');
  const group = join(root, `hinge-test-${container}`);
  await mkdir(group);
  return group;
}

function isWritable(path: string): boolean {
  try {
    accessSync(join(path, 'cgroup.procs'), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
