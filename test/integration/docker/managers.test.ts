import { expect, it, vi } from 'vitest';
import type { Engine } from '../../../src/adapters/docker/engine.ts';
import { DockerError } from '../../../src/core/failure.ts';
import { failed } from '../../../src/adapters/docker/failure.ts';
import { Managers } from '../../../src/adapters/docker/managers.ts';
import { failureOf } from './failure-of.ts';
import { answer, fakeEngine } from './fake-engine.ts';
import { quiet } from './scene.ts';

const member = (manager: boolean): Promise<Engine> =>
  fakeEngine((_, response) =>
    answer(response, 200, { Name: 'n', Swarm: { ControlAvailable: manager, LocalNodeState: 'active' } }),
  );
const silent = (): Promise<Engine> => fakeEngine(() => undefined, { timeoutMs: 100 });

it('the first manager to answer is chosen, whatever hangs, and kept', async () => {
  const [worker, manager] = [await member(false), await member(true)];
  const probes = vi.spyOn(worker, 'callNow');
  const managers = new Managers([await silent(), worker, manager], quiet);
  await expect(managers.use((engine) => Promise.resolve(engine))).resolves.toBe(manager);
  await managers.use(() => Promise.resolve());
  expect(probes).toHaveBeenCalledTimes(1);
});

it('who asks at the same time shares one search', async () => {
  const worker = await member(false);
  const probes = vi.spyOn(worker, 'callNow');
  const managers = new Managers([worker, await member(true)], quiet);
  await Promise.all(Array.from({ length: 10 }, () => managers.use(() => Promise.resolve())));
  expect(probes).toHaveBeenCalledTimes(1);
});

it('each manager is tried once, and the last failure is told', async () => {
  const engines = [await member(true), await member(true), await member(false)];
  const tried: Engine[] = [];
  const managers = new Managers(engines, quiet);
  const use = managers.use((engine) => {
    tried.push(engine);
    throw failed('unreachable', engine.attempt('trying'), 'no quorum');
  });
  await expect(failureOf(use)).resolves.toMatchObject({ kind: 'unreachable' });
  expect(new Set(tried)).toEqual(new Set(engines.slice(0, 2)));
  expect(tried).toHaveLength(2);
});

it('an answer is an answer: no other manager is asked', async () => {
  const tried = vi.fn();
  const managers = new Managers([await member(true), await member(true)], quiet);
  const use = managers.use((engine) => {
    tried();
    return Promise.reject(failed('conflict', engine.attempt('trying'), 'name is taken'));
  });
  await expect(failureOf(use)).resolves.toMatchObject({ kind: 'conflict' });
  expect(tried).toHaveBeenCalledTimes(1);
});

it('without a manager, it says why of each', async () => {
  const none = new Managers([await member(false), await silent()], quiet);
  const failure = await failureOf(none.use(() => Promise.resolve()));
  expect(failure).toBeInstanceOf(DockerError);
  expect(failure.message).toMatch(
    /^no manager of the Swarm answers \(node1 is a worker; .*no answer within 3 s/,
  );
  await expect(failureOf(new Managers([], quiet).use(() => Promise.resolve()))).resolves.toMatchObject({
    message: /no endpoint is set/ as never,
  });
}, 20_000);
