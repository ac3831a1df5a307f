import { expect, it, vi } from 'vitest';
import type { Engine } from '../../../src/adapters/docker/engine.ts';
import { DockerError } from '../../../src/core/failure.ts';
import { failed } from '../../../src/adapters/docker/failure.ts';
import { Managers } from '../../../src/adapters/docker/managers.ts';
import { failureOf } from '../../support/failure-of.ts';
import { answer, fakeEngine } from './fake-engine.ts';
import { quiet } from '../../support/quiet.ts';

const NO_MANAGER = 'This node is not a swarm manager.';
const member = (manager: boolean): Promise<Engine> =>
  fakeEngine((_, response) =>
    manager ? answer(response, 200, []) : answer(response, 503, { message: NO_MANAGER }),
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

it('a manager that has lost its leader, and so refuses everything, is left for another', async () => {
  let leader = true;
  const cutOff = await fakeEngine((_, response) =>
    leader
      ? answer(response, 200, [])
      : answer(response, 500, { message: 'The swarm does not have a leader.' }),
  );
  const managers = new Managers([cutOff], quiet);
  await expect(managers.use((engine) => Promise.resolve(engine))).resolves.toBe(cutOff);
  leader = false;
  const refusal = (engine: Engine): Promise<never> =>
    Promise.reject(failed('rejected', engine.attempt('listing'), 'The swarm does not have a leader.'));
  const failure = await failureOf(managers.use(refusal));
  expect(failure).toMatchObject({ kind: 'unreachable' });
  expect(failure.message).toMatch(/^no manager of the Swarm answers/);
  leader = true;
  await expect(managers.use((engine) => Promise.resolve(engine))).resolves.toBe(cutOff);
});

it('a refusal by a manager that works is an answer', async () => {
  const tried = vi.fn();
  const managers = new Managers([await member(true), await member(true)], quiet);
  const use = managers.use((engine) => {
    tried();
    return Promise.reject(failed('rejected', engine.attempt('trying'), 'bad name'));
  });
  await expect(failureOf(use)).resolves.toMatchObject({ kind: 'rejected' });
  expect(tried).toHaveBeenCalledTimes(1);
});

it('without a manager, it says why of each', async () => {
  const none = new Managers([await member(false), await silent()], quiet);
  const failure = await failureOf(none.use(() => Promise.resolve()));
  expect(failure).toBeInstanceOf(DockerError);
  expect(failure.message).toMatch(
    /^no manager of the Swarm answers \(node1 .*This node is not a swarm manager.*no answer within 3 s/,
  );
  await expect(failureOf(new Managers([], quiet).use(() => Promise.resolve()))).resolves.toMatchObject({
    message: /no endpoint is set/ as never,
  });
}, 20_000);
