import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AgentChannel } from '../../../src/adapters/docker/agent-channel.ts';
import type { AgentRequest } from '../../../src/adapters/docker/agent-protocol.ts';
import { LineReader } from '../../../src/adapters/docker/lines.ts';
import { fakeEngine } from './fake-engine.ts';
import { failureOf } from '../../support/failure-of.ts';

const GREETING = { agent: 'hinge-agent', protocol: 1, concurrency: 2 };
const request: AgentRequest = {
  argv: ['true'],
  namespaces: ['net'],
  container: 'c',
  pid: 1,
  timeoutMs: 60_000,
  maxOutput: 1,
};
const ran = (id: string): object => ({ id, exitCode: 0, stdout: id, stderr: '', durationMs: 1 });

/** The other end of the stream: an agent that says what the test says. */
class FakeAgent {
  readonly received: { readonly id: string }[] = [];
  alive = true;
  checks = 0;
  readonly ended: Promise<void>;
  readonly opened: Promise<AgentChannel>;
  readonly closing = new AbortController();
  readonly #stream: Duplex;

  private constructor(engine: Awaited<ReturnType<typeof fakeEngine>>) {
    const [ours, theirs] = duplexPair();
    const lines = new LineReader();
    this.#stream = theirs;
    theirs.on('data', (chunk: Buffer) => {
      for (const line of lines.read(chunk)) this.received.push(JSON.parse(line) as { id: string });
    });
    const isAlive = (): Promise<boolean> => {
      this.checks += 1;
      return Promise.resolve(this.alive);
    };
    let end = (): void => undefined;
    this.ended = new Promise((resolve) => (end = resolve));
    this.opened = AgentChannel.open(engine, { stream: ours, isAlive }, this.closing.signal, () => end());
    this.opened.catch(() => undefined);
  }

  static async start(): Promise<FakeAgent> {
    const agent = new FakeAgent(await fakeEngine(() => undefined));
    onTestFinished(() => agent.closing.abort());
    return agent;
  }

  say(message: object | string, stream = 1): void {
    const text = Buffer.from(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`);
    const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(text.length, 4);
    this.write(Buffer.concat([header, text]));
  }

  write(bytes: Buffer | string): void {
    this.#stream.write(bytes);
  }

  end(): void {
    this.#stream.end();
  }
}

describe('the start of an agent', () => {
  it('waits for the greeting', async () => {
    const agent = await FakeAgent.start();
    agent.say(GREETING);
    expect((await agent.opened).broken).toBe(false);
  });

  it('refuses a protocol that it does not know', async () => {
    const agent = await FakeAgent.start();
    agent.say({ ...GREETING, protocol: 2 });
    const failure = await failureOf(agent.opened);
    expect(failure).toMatchObject({ kind: 'rejected' });
    expect(failure.message).toContain('speaks protocol 2, hinge 1: use the helper image of this version');
  });

  it('tells what the container runtime says instead', async () => {
    const agent = await FakeAgent.start();
    agent.write('OCI runtime exec failed: "hinge-agent": executable file not found in $PATH');
    expect((await failureOf(agent.opened)).message).toContain('executable file not found in $PATH');
  });

  it('tells the agent’s last words', async () => {
    const agent = await FakeAgent.start();
    agent.say('Traceback: no python', 2);
    agent.end();
    expect((await failureOf(agent.opened)).message).toContain('the agent ended: Traceback: no python');
  });
});

describe('a channel', () => {
  const open = async (): Promise<[FakeAgent, AgentChannel]> => {
    const agent = await FakeAgent.start();
    agent.say(GREETING);
    return [agent, await agent.opened];
  };

  it('tells replies apart by their id, in whatever order they come', async () => {
    const [agent, channel] = await open();
    const replies = [channel.request(request, 'a'), channel.request(request, 'b')];
    await expect.poll(() => agent.received.length).toBe(2);
    for (const { id } of agent.received.toReversed()) agent.say(ran(id));
    const ids = (await Promise.all(replies)).map(({ id }) => id);
    expect(ids).toEqual(agent.received.map(({ id }) => id));
  });

  it('sends no more at once than the agent runs', async () => {
    const [agent, channel] = await open();
    const replies = Array.from({ length: 5 }, () => channel.request(request, 'a'));
    await expect.poll(() => agent.received.length).toBe(2);
    agent.say(ran(agent.received[0]?.id ?? ''));
    await expect.poll(() => agent.received.length).toBe(3);
    for (let answered = 1; answered < 5; answered++) {
      await expect.poll(() => agent.received.length).toBeGreaterThan(answered);
      agent.say(ran(agent.received[answered]?.id ?? ''));
    }
    expect(await Promise.all(replies)).toHaveLength(5);
  });

  it('fails all that wait when the agent ends, sent or not, and stays broken', async () => {
    const [agent, channel] = await open();
    const failures = Promise.all(
      Array.from({ length: 5 }, (_, i) => failureOf(channel.request(request, `doing ${i}`))),
    );
    await expect.poll(() => agent.received.length).toBe(2);
    agent.end();
    expect((await failures).map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'unreachable'));
    await agent.ended;
    expect(channel.broken).toBe(true);
    await expect(failureOf(channel.request(request, 'a'))).resolves.toMatchObject({ kind: 'unreachable' });
  });

  it('notices that the agent died without a word, which a stream does not tell', async () => {
    const [agent, channel] = await open();
    const failure = failureOf(channel.request(request, 'a'));
    await expect.poll(() => agent.checks, { timeout: 5000 }).toBeGreaterThan(0);
    agent.alive = false;
    expect((await failure).message).toContain('the agent ended with its container');
    await agent.ended;
  });

  it('takes nonsense for the end', async () => {
    const [agent, channel] = await open();
    const failure = failureOf(channel.request(request, 'a'));
    await expect.poll(() => agent.received.length).toBe(1);
    agent.say({ id: agent.received[0]?.id, something: 'else' });
    expect((await failure).message).toContain('not in its protocol');
  });

  it('ends when hinge does', async () => {
    const [agent, channel] = await open();
    const failure = failureOf(channel.request(request, 'a'));
    agent.closing.abort();
    await expect(failure).resolves.toMatchObject({ kind: 'unreachable' });
    await agent.ended;
  });
});
