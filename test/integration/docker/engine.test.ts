import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Call, Engine } from '../../../src/adapters/docker/engine.ts';
import { DockerError } from '../../../src/core/failure.ts';
import { answer, fakeEngine } from './fake-engine.ts';
import { failureOf } from '../../support/failure-of.ts';

const info: Call<{ Name: string }> = {
  name: 'info',
  doing: 'asking for its name',
  reply: z.object({ Name: z.string() }),
  send: (docker, abortSignal) => docker.info({ abortSignal }),
};
const ask = (engine: Engine, timeoutMs = 300): Promise<{ Name: string }> =>
  engine.call({ ...info, timeoutMs });

describe('a call', () => {
  it('gives the needed part of the answer, and is observed', async () => {
    const observe = vi.fn();
    const engine = await fakeEngine((_, response) => answer(response, 200, { Name: 'a', Other: 1 }), {
      observe,
    });
    await expect(ask(engine)).resolves.toEqual({ Name: 'a' });
    expect(observe).toHaveBeenCalledExactlyOnceWith('node1', 'info', expect.any(Number), 'ok');
  });

  it('that changes something is not sent when it may not be any more, though it waited for its turn before', async () => {
    const sent: string[] = [];
    let leads = true;
    const mayChange = (): void => {
      if (!leads) throw new Error('does not lead any more');
    };
    const engine = await fakeEngine(
      (request, response) => {
        sent.push(request.url ?? '');
        leads = false;
        answer(response, 200, { Name: 'a' });
      },
      { concurrency: 1, mayChange },
    );
    const [first, second, read] = [engine.change(info), engine.change(info), ask(engine)];
    await expect(first).resolves.toEqual({ Name: 'a' });
    await expect(second).rejects.toThrow('does not lead any more');
    await expect(read).resolves.toEqual({ Name: 'a' });
    expect(sent).toHaveLength(2);
  });

  it('uses one connection for calls in turn', async () => {
    const ports = new Set<unknown>();
    const engine = await fakeEngine((request, response) => {
      ports.add(request.socket);
      answer(response, 200, { Name: 'a' });
    });
    for (let i = 0; i < 5; i++) await ask(engine);
    expect(ports.size).toBe(1);
  });

  it('does not look at DOCKER_HOST', async () => {
    vi.stubEnv('DOCKER_HOST', 'tcp://192.0.2.99:2376');
    const engine = await fakeEngine((_, response) => answer(response, 200, { Name: 'a' }));
    vi.unstubAllEnvs();
    await expect(ask(engine)).resolves.toEqual({ Name: 'a' });
  });

  it.each([
    [404, 'no such thing', 'not-found'],
    [409, 'name is taken', 'conflict'],
    [403, 'already exists in network', 'conflict'],
    [500, 'rpc error: code = Unknown desc = update out of sequence', 'out-of-sequence'],
    [500, 'something else', 'rejected'],
    [400, 'bad parameter', 'rejected'],
    [503, 'This node is not a swarm manager', 'unreachable'],
  ] as const)('fails by its status: %i %s', async (status, message, kind) => {
    const engine = await fakeEngine((_, response) => answer(response, status, { message }));
    const failure = await failureOf(ask(engine));
    expect(failure).toMatchObject({ kind });
    expect(failure.message).toMatch(`node1 (${engine.url}): asking for its name: ${message}; `);
  });

  it('fails when the answer is not what it should be', async () => {
    const engine = await fakeEngine((_, response) => answer(response, 200, { Name: 3 }));
    const failure = await failureOf(ask(engine));
    expect(failure).toMatchObject({ kind: 'rejected' });
    expect(failure.message).toContain('unexpected answer at "Name"');
  });
});

describe('an engine that does not answer', () => {
  it('costs its time limit, and the connection is given up', async () => {
    const closed = vi.fn();
    const observe = vi.fn();
    const engine = await fakeEngine((request) => void request.on('close', closed), { observe });
    await expect(failureOf(ask(engine))).resolves.toMatchObject({ kind: 'timeout' });
    await expect.poll(() => closed.mock.calls.length).toBe(1);
    expect(observe).toHaveBeenCalledExactlyOnceWith('node1', 'info', expect.any(Number), 'timeout');
  });

  it('costs no more when it cuts its answer in mid-body', async () => {
    const engine = await fakeEngine((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{"Name":', () => response.destroy());
    });
    await expect(failureOf(ask(engine))).resolves.toMatchObject({ kind: 'timeout' });
  });

  it('is not asked again at once: what waits in line fails with it', async () => {
    const asked = vi.fn();
    const engine = await fakeEngine(asked, { concurrency: 1 });
    const failures = await Promise.all(Array.from({ length: 20 }, () => failureOf(ask(engine))));
    expect(failures.map(({ kind }) => kind)).toEqual(Array.from({ length: 20 }, () => 'timeout'));
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('is asked again at once when only one kind of call hangs', async () => {
    let calls = 0;
    const engine = await fakeEngine((_, response) => {
      calls += 1;
      if (calls > 1) answer(response, 200, { Name: 'a' });
    });
    const hanging = failureOf(ask(engine, 500));
    await expect.poll(() => calls).toBe(1);
    await ask(engine);
    await expect(hanging).resolves.toMatchObject({ kind: 'timeout' });
    await expect(ask(engine)).resolves.toEqual({ Name: 'a' });
  });

  it('lets nobody wait when it is closed', async () => {
    const asked = vi.fn();
    const engine = await fakeEngine(asked);
    const failure = failureOf(ask(engine, 60_000));
    await expect.poll(() => asked.mock.calls.length).toBe(1);
    engine.close();
    await expect(failure).resolves.toMatchObject({ kind: 'unreachable' });
    await expect(failureOf(ask(engine))).resolves.toMatchObject({ kind: 'unreachable' });
  });
});

it('at most as many calls as allowed run at once', async () => {
  let [now, most] = [0, 0];
  const waiting: (() => void)[] = [];
  const engine = await fakeEngine(
    (_, response) => {
      most = Math.max(most, ++now);
      waiting.push(() => {
        now -= 1;
        answer(response, 200, { Name: 'a' });
      });
      // The last of a batch lets all of it go, and the batch is as large as the bound.
      if (waiting.length === 3) for (const go of waiting.splice(0)) go();
    },
    { concurrency: 3, timeoutMs: 10_000 },
  );
  await Promise.all(Array.from({ length: 12 }, () => ask(engine, 10_000)));
  expect(most).toBe(3);
});

it('an engine that is not there is unreachable, in words', async () => {
  const absent = new Engine({
    node: 'node2',
    url: 'unix:///nowhere',
    address: { scheme: 'unix', path: '/nowhere' },
  });
  const failure = await failureOf(ask(absent));
  expect(failure).toBeInstanceOf(DockerError);
  expect(failure).toMatchObject({ kind: 'unreachable' });
  expect(failure.message).toMatch(
    /^node2 \(unix:\/\/\/nowhere\): asking for its name: connect ENOENT \/nowhere; hinge keeps/,
  );
});
