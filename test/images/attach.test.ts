import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeContainer, startFakeContainer } from './fake-container.ts';

const PROGRAM = join(import.meta.dirname, '../../deploy/images/helper/files/usr/local/lib/hinge-agent');
const ALL = ['net', 'mount', 'pid', 'uts', 'ipc'];
const TERMINAL = { type: 'xterm', rows: 33, columns: 77 };

describe('hinge-attach', () => {
  let target: FakeContainer;
  beforeEach(async () => {
    target = await startFakeContainer({ ownNetwork: true });
  });
  afterEach(() => target.remove());

  /** Starts the real program, on this machine instead of in a helper. */
  function attach(argv: readonly string[], more: object = {}): ChildProcessWithoutNullStreams {
    const child = spawn('/usr/bin/python3', ['-BIS', PROGRAM, 'attach']);
    const { container, pid } = target;
    send(child, { argv, namespaces: ALL, container, pid, ...more });
    return child;
  }

  const send = (child: ChildProcessWithoutNullStreams, message: object): void => {
    child.stdin.write(`${JSON.stringify(message)}\n`);
  };

  const type = (child: ChildProcessWithoutNullStreams, text: string | Buffer): void =>
    send(child, { input: Buffer.from(text).toString('base64') });

  async function ended(child: ChildProcessWithoutNullStreams) {
    const [stdout, stderr, [code]] = await Promise.all([
      buffer(child.stdout),
      buffer(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { code, stdout: stdout.toString('latin1'), stderr: stderr.toString() };
  }

  it('runs a command in the container, with both outputs and its exit code', async () => {
    const child = attach(['sh', '-c', 'hostname; echo aside >&2; exit 7']);
    expect(await ended(child)).toEqual({ code: 7, stdout: 'fake-container\n', stderr: 'aside\n' });
  });

  it('hands on input, byte for byte, and its end', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const child = attach(['cat']);
    type(child, bytes);
    type(child, bytes);
    send(child, { end: true });
    expect(await ended(child)).toEqual({
      code: 0,
      stdout: Buffer.concat([bytes, bytes]).toString('latin1'),
      stderr: '',
    });
  });

  it('gives a terminal with its type and size, and all of its last output', async () => {
    const child = attach(
      ['sh', '-c', 'stty size; read word; stty size; echo "$word $TERM"; seq 20000; exit 3'],
      {
        terminal: TERMINAL,
      },
    );
    await once(child.stdout, 'readable');
    send(child, { rows: 20, columns: 50 });
    type(child, 'typed\r');
    const { code, stdout } = await ended(child);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^33 77\r\n(typed\r\n)?20 50\r\n(typed\r\n)?typed xterm\r\n1\r\n/);
    expect(stdout.endsWith('\r\n20000\r\n')).toBe(true);
  });

  it('passes on an interrupt: as a message, and as a key on a terminal', async () => {
    const plain = attach(['sleep', '600']);
    send(plain, { signal: 'INT' });
    expect(await ended(plain)).toMatchObject({ code: 130 });
    const child = attach(
      ['sh', '-c', 'trap "echo caught; exit 4" INT; echo ready; while :; do sleep 0.1; done'],
      {
        terminal: TERMINAL,
      },
    );
    await once(child.stdout, 'readable');
    type(child, '\u0003');
    const { code, stdout } = await ended(child);
    expect({ code, stdout }).toMatchObject({ code: 4, stdout: expect.stringContaining('caught') as string });
  });

  it.each([
    ['without a terminal', {}],
    ['on a terminal', { terminal: TERMINAL }],
  ])('kills everything when its stdin closes, %s', async (_, more) => {
    const child = attach(['sh', '-c', 'set -m; sleep 600 & echo $$ $!; sleep 600'], more);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(line.toString()).toMatch(/^\d+ \d+/);
    child.stdin.end();
    const { code } = await ended(child);
    expect(code).toBe(137);
  });

  it.each([
    ['a program that is not there', ['no-such-program'], {}, 127, /^no-such-program: No such file/],
    ['an unknown field', ['true'], { timeout: 1 }, 125, /bad-request: unknown field 'timeout'/],
    ['a process of another container', ['true'], { pid: process.pid }, 125, /stale-pid/],
  ])('says what is wrong with %s', async (_, argv, more, code, stderr) => {
    expect(await ended(attach(argv, more))).toMatchObject({
      code,
      stderr: expect.stringMatching(stderr) as string,
    });
  });
});
