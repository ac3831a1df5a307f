import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentProcess } from './agent-process.ts';
import { type FakeContainer, startFakeContainer } from './fake-container.ts';

let agent: AgentProcess;

beforeEach(() => {
  agent = new AgentProcess();
});

afterEach(async () => {
  await agent.close();
});

const lines = (text: string | undefined): string[] => (text ?? '').split('\n').filter((line) => line !== '');

describe('in the helper itself', () => {
  it('greets with its protocol', async () => {
    expect(await agent.greeting).toEqual({ agent: 'hinge-agent', protocol: 1, concurrency: 16 });
  });

  it.each([
    ['a command', { argv: ['echo', 'a b'] }, { exitCode: 0, stdout: 'a b\n', stderr: '' }],
    [
      'a script',
      { script: 'echo out; echo err >&2; exit 7' },
      { exitCode: 7, stdout: 'out\n', stderr: 'err\n' },
    ],
    ['standard input', { argv: ['cat'], stdin: 'grüße\n' }, { exitCode: 0, stdout: 'grüße\n' }],
    ['no standard input', { argv: ['cat'] }, { exitCode: 0, stdout: '' }],
    ['a reader that ends early', { argv: ['true'], stdin: 'x'.repeat(1 << 20) }, { exitCode: 0 }],
    ['a signal', { script: 'kill -TERM $$' }, { exitCode: null, signal: 'SIGTERM' }],
    ['a real-time signal', { script: 'kill -40 $$' }, { exitCode: null, signal: 'SIG40' }],
    ['bytes that are no text', { script: String.raw`printf 'a\377b'` }, { exitCode: 0, stdout: 'a\ufffdb' }],
    [
      'a clean environment',
      { script: 'env | grep -v ^PWD= | sort' },
      { stdout: expect.stringMatching(/^HOME=\/root\nLC_ALL=C.UTF-8\nPATH=/) as string },
    ],
  ])('runs %s', async (_, request, wanted) => {
    const reply = await agent.run(request);
    expect(reply).toMatchObject(wanted);
    expect(reply.truncated).toBeUndefined();
  });

  it('says 127 for a program that does not exist', async () => {
    expect(await agent.run({ argv: ['no-such-program'] })).toMatchObject({
      exitCode: 127,
      stderr: expect.stringContaining('no-such-program') as string,
    });
  });

  it('passes a megabyte in and out unchanged', async () => {
    const stdin = 'line of text\n'.repeat(100_000);
    const reply = await agent.run({ argv: ['cat'], stdin, maxOutput: 2_000_000 });
    expect(reply.stdout === stdin).toBe(true);
  });

  it('cuts output at the limit, without half a character, and reads on so that the command ends', async () => {
    const reply = await agent.run({ script: 'yes ä | head -c 5000000; echo end >&2', maxOutput: 1001 });
    expect(reply).toMatchObject({ exitCode: 0, truncated: true, stderr: 'end\n' });
    expect(reply.stdout).toBe(`${'ä\n'.repeat(333)}ä`);
  });

  it('does not wait for what a command leaves in the background, and ends it', async () => {
    const reply = await agent.run({ script: 'sleep 600 & echo $!', timeoutMs: 20_000 });
    expect(reply).toMatchObject({ exitCode: 0 });
    await expect.poll(() => isAlive(Number(reply.stdout))).toBe(false);
  });
});

describe('many at once', () => {
  it('runs commands side by side and answers each as it ends', async () => {
    const slow = agent.run({ argv: ['sleep', '1'] });
    await agent.run({ id: 'fast', argv: ['true'] });
    expect(agent.replies.map((reply) => reply.id)).toEqual(['fast']);
    await slow;
  });

  it('runs at most 16 at a time, the others after them', async () => {
    const script = 'read start _ </proc/uptime; sleep 0.5; read end _ </proc/uptime; echo $start $end';
    const replies = await Promise.all(Array.from({ length: 36 }, () => agent.run({ script })));
    const spans = replies.map((reply) => lines(reply.stdout)[0]?.split(' ').map(Number) ?? []);
    const overlaps = spans.map(
      ([start = 0]) => spans.filter(([s = 0, e = 0]) => s <= start && start < e).length,
    );
    expect(Math.max(...overlaps)).toBeGreaterThan(8);
    expect(Math.max(...overlaps)).toBeLessThanOrEqual(16);
  });

  it('answers 300 small commands', async () => {
    const replies = await Promise.all(
      Array.from({ length: 300 }, (_, i) => agent.run({ argv: ['echo', String(i)] })),
    );
    expect(replies.map((reply) => reply.stdout)).toEqual(Array.from({ length: 300 }, (_, i) => `${i}\n`));
  });
});

describe('time-out and cancel', () => {
  it('kills the whole process group, and hands over what was written', async () => {
    const reply = await agent.run({ script: 'echo $$; sleep 600 & echo $!; wait', timeoutMs: 400 });
    expect(reply).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true });
    expect(reply.durationMs).toBeGreaterThanOrEqual(400);
    const pids = lines(reply.stdout).map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('does not count the time in the queue', async () => {
    const busy = Array.from({ length: 16 }, () => agent.run({ argv: ['sleep', '0.6'] }));
    expect(await agent.run({ argv: ['sleep', '0.1'], timeoutMs: 500 })).toMatchObject({ exitCode: 0 });
    await Promise.all(busy);
  });

  it('cancels what runs and what waits', async () => {
    const busy = Array.from({ length: 16 }, (_, i) => agent.run({ id: `busy-${i}`, argv: ['sleep', '600'] }));
    const queued = agent.run({ id: 'queued', argv: ['true'] });
    await agent.cancel('queued');
    expect(await queued).toMatchObject({ error: 'cancelled' });
    for (let i = 0; i < 16; i++) await agent.cancel(`busy-${i}`);
    for (const reply of await Promise.all(busy))
      expect(reply).toMatchObject({ signal: 'SIGKILL', cancelled: true });
    await agent.cancel('nobody');
    expect(await agent.run({ argv: ['true'] })).toMatchObject({ exitCode: 0 });
  });
});

describe('in a container', () => {
  let target: FakeContainer;

  beforeEach(async () => {
    target = await startFakeContainer({ ownNetwork: true });
  });

  afterEach(async () => {
    await target.remove();
  });

  const at = (): object => ({ container: target.container, pid: target.pid });

  it('enters the network alone, with its own programs, in /', async () => {
    const script = 'ip -br link; hostname; pwd';
    const reply = await agent.run({ ...at(), namespaces: ['net'], script });
    expect(lines(reply.stdout)).toEqual([
      expect.stringMatching(/^lo /),
      readFileSync('/proc/sys/kernel/hostname', 'utf8').trim(),
      '/',
    ]);
  });

  it('enters all namespaces that are asked for', async () => {
    const script =
      'readlink /proc/self/ns/net /proc/self/ns/mnt /proc/self/ns/uts /proc/self/ns/ipc; hostname';
    const reply = await agent.run({ ...at(), namespaces: ['net', 'mount', 'uts', 'ipc', 'pid'], script });
    const direct = await agent.run({
      script: `cd /proc/${target.pid}/ns; readlink net mnt uts ipc; echo fake-container`,
    });
    expect(reply.exitCode).toBe(0);
    expect(reply.stdout).toBe(direct.stdout);
  });

  it('says 127 for a program that does not exist there', async () => {
    expect(await agent.run({ ...at(), namespaces: ['net'], argv: ['no-such-program'] })).toMatchObject({
      exitCode: 127,
    });
  });

  it('refuses a pid that is of another container', async () => {
    const other = await startFakeContainer({ ownNetwork: true });
    const reply = await agent.run({ ...at(), pid: other.pid, namespaces: ['net'], argv: ['true'] });
    await other.remove();
    expect(reply).toEqual({
      id: reply.id,
      error: 'stale-pid',
      message: expect.stringContaining(target.container) as string,
    });
  });

  it('refuses a part of an id that the group happens to contain', async () => {
    const container = `${target.container.slice(1)}0`;
    expect(await agent.run({ ...at(), container, namespaces: ['net'], argv: ['true'] })).toMatchObject({
      error: 'stale-pid',
    });
  });

  it('refuses a pid that is no more', async () => {
    await target.end();
    expect(await agent.run({ ...at(), namespaces: ['net'], argv: ['true'] })).toMatchObject({
      error: 'stale-pid',
    });
  });

  it("refuses the machine's own processes", async () => {
    for (const pid of [process.pid, agent.pid]) {
      const reply = await agent.run({ ...at(), pid, namespaces: ['net'], argv: ['true'] });
      expect(reply).toMatchObject({ error: 'stale-pid' });
    }
  });

  it('tells that the container ended under a command', async () => {
    const { pid } = target;
    const script = `kill -KILL ${pid}; while readlink /proc/${pid}/ns/net; do sleep 0.05; done; exit 1`;
    expect(await agent.run({ ...at(), namespaces: ['net'], script })).toMatchObject({
      exitCode: 1,
      targetGone: true,
    });
  });
});

it("refuses a container that shares the machine's network", async () => {
  const target = await startFakeContainer({ ownNetwork: false });
  const { container, pid } = target;
  const reply = await agent.run({ container, pid, namespaces: ['net'], argv: ['true'] });
  const uts = await agent.run({ container, pid, namespaces: ['uts'], argv: ['hostname'] });
  await target.remove();
  expect(reply).toMatchObject({ error: 'host-namespace' });
  expect(uts).toMatchObject({ stdout: 'fake-container\n' });
});

describe('requests that are none', () => {
  const id = 'f'.repeat(64);

  it.each([
    ['no JSON', 'nonsense', null],
    ['no object', '[1]', null],
    ['deep nesting', '['.repeat(100_000), null],
    ['no id', '{"argv":["true"]}', null],
    ['an id that is no string', '{"id":1,"argv":["true"]}', null],
    ['neither argv nor script', '{"id":"1"}', '1'],
    ['both', '{"id":"1","argv":["true"],"script":"true"}', '1'],
    ['an empty argv', '{"id":"1","argv":[]}', '1'],
    ['a zero byte', String.raw`{"id":"1","argv":["a\u0000b"]}`, '1'],
    ['an unknown field', '{"id":"1","argv":["true"],"timeout":5}', '1'],
    ['a time-out of no time', '{"id":"1","argv":["true"],"timeoutMs":0}', '1'],
    ['a time-out that is true', '{"id":"1","argv":["true"],"timeoutMs":true}', '1'],
    [
      'an unknown namespace',
      `{"id":"1","argv":["true"],"namespaces":["user"],"pid":5,"container":"${id}"}`,
      '1',
    ],
    ['namespaces without a pid', `{"id":"1","argv":["true"],"namespaces":["net"],"container":"${id}"}`, '1'],
    ['pid 1', `{"id":"1","argv":["true"],"namespaces":["net"],"pid":1,"container":"${id}"}`, '1'],
    ['a short id', '{"id":"1","argv":["true"],"namespaces":["net"],"pid":5,"container":"abcdef"}', '1'],
    [
      'a pattern as id',
      `{"id":"1","argv":["true"],"namespaces":["net"],"pid":5,"container":"${'.'.repeat(64)}"}`,
      '1',
    ],
  ])('refuses %s, and goes on', async (_, text, identity) => {
    const reply = await agent.sendText(text, identity);
    expect(reply).toMatchObject({
      id: identity,
      error: 'bad-request',
      message: expect.stringMatching(/./) as string,
    });
    expect(await agent.run({ argv: ['true'] })).toMatchObject({ exitCode: 0 });
  });
});

it('ends with its standard input, and takes all commands along', async () => {
  void agent.run({ id: 'endless', script: 'sleep 600 & wait' });
  const found = await agent.run({ script: `pgrep -P ${agent.pid} sh` });
  const pids = lines(found.stdout).map(Number);
  expect(pids.length).toBeGreaterThan(0);
  expect(await agent.close()).toBe(0);
  for (const pid of pids) await expect.poll(() => isAlive(pid)).toBe(false);
  expect(agent.replies.some((reply) => reply.id === 'endless')).toBe(false);
});

it('stays small', async () => {
  await Promise.all(Array.from({ length: 50 }, () => agent.run({ argv: ['true'] })));
  const status = readFileSync(`/proc/${agent.pid}/status`, 'utf8');
  const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
  expect(kilobytes).toBeGreaterThan(0);
  expect(kilobytes).toBeLessThan(25_000);
});

/** A zombie counts as dead: nothing of it runs. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
