import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { LogLine } from './log-lines.ts';

const script = fileURLToPath(new URL('guarded-process.ts', import.meta.url));
const children: ChildProcess[] = [];

/** Starting a process takes its time on a busy machine. */
const PATIENCE_MS = 30_000;

/** A real process, since signals and exit codes are what this is about. */
const start = (what: string) => {
  const child = spawn(process.execPath, ['--import', 'tsx', script, what], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  const lines = (): LogLine[] =>
    log
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as LogLine);
  const up = () => expect.poll(() => output, { timeout: PATIENCE_MS }).toContain('up\n');
  return { child, exit, lines, up, output: () => output };
};

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('guardProcess', { timeout: 2 * PATIENCE_MS }, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order and ends with 0 on %s', async (signal) => {
    const { child, exit, lines, up, output } = start('');
    await up();
    child.kill(signal);
    expect(await exit).toBe(0);
    expect(output()).toContain('released');
    expect(lines()).toMatchObject([{ message: 'Stopping', why: signal }]);
  });

  it('ends with 1 when something could not be released', async () => {
    const { child, exit, up, output } = start('release fails');
    await up();
    child.kill('SIGTERM');
    expect(await exit).toBe(1);
    expect(output()).toContain('released');
  });

  it('ends at once on a second signal', async () => {
    const { child, exit, lines, up } = start('release hangs');
    await up();
    child.kill('SIGTERM');
    await expect.poll(lines, { timeout: PATIENCE_MS }).toMatchObject([{ message: 'Stopping' }]);
    child.kill('SIGTERM');
    expect(await exit).toBe(143);
  });

  it.each([
    { what: 'throws later', origin: 'uncaughtException', message: 'a bug' },
    { what: 'rejects', origin: 'unhandledRejection', message: 'a forgotten promise' },
  ])('logs and ends with 1 when something $what and nobody handles it', async ({ what, origin, message }) => {
    const { exit, lines } = start(what);
    expect(await exit).toBe(1);
    expect(lines()).toMatchObject([
      {
        level: 'error',
        message: 'Fatal: an error that nobody handled; ending at once',
        origin,
        err: { message },
      },
    ]);
  });
});
