import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * Runs `work` while holding an exclusive lock on the file, across processes. The lock belongs to a child that ends with
 * its stdin: however this process dies, the kernel frees the lock, and nothing is left to clean up.
 *
 * @param onWait called once if another process has the lock
 */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', ['--exclusive', path, 'sh', '-c', 'echo locked; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  const hint = setTimeout(onWait, 500);
  try {
    const locked = once(createInterface(holder.stdout), 'line');
    const first = await Promise.race([locked.then(() => 'locked'), ended.then(() => 'ended')]);
    if (first === 'ended') throw new Error(`Could not lock ${path}: flock (package util-linux) failed.`);
    clearTimeout(hint);
    return await work();
  } finally {
    clearTimeout(hint);
    holder.stdin.end();
    await ended.catch(() => undefined);
  }
}
