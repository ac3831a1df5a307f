import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { Managers } from '../../../src/adapters/docker/managers.ts';
import { newServiceSpec } from '../../../src/adapters/docker/service-spec.ts';
import { DockerSwarm } from '../../../src/adapters/docker/swarm.ts';
import { failureOf } from '../../support/failure-of.ts';
import { answer, fakeEngine } from './fake-engine.ts';
import { quiet } from '../../support/quiet.ts';
import { Testbed } from '../../support/workload.ts';

const testbed = new Testbed(1);
const service = { ID: 's', Version: { Index: 1 }, Spec: newServiceSpec(testbed.workload('a'), 'management') };
const listed = (Name: string, Containers: object | null): object => ({
  Id: Name,
  Name,
  Containers,
  IPAM: { Config: [] },
});

/** @param networks all that the manager has; those of the testbed begin with its name. */
async function swarmWith(networks: readonly { Name?: string }[]): Promise<DockerSwarm> {
  const replies: Readonly<Record<string, (filtered: boolean) => unknown>> = {
    '/services': () => [service],
    '/nodes': () => [],
    '/networks': (filtered) => networks.filter(({ Name }) => !filtered || Name?.startsWith(testbed.name)),
  };
  const reply = (url: string, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(url, 'http://engine');
    answer(response, 200, replies[pathname]?.(searchParams.get('filters')?.includes('label') === true));
  };
  const engine = await fakeEngine((request, response) => reply(request.url ?? '', response));
  return new DockerSwarm(new Managers([engine], quiet), testbed.prefix);
}

it('lists networks of the Swarm, and no local leftover of one that it no longer has', async () => {
  const swarm = await swarmWith([
    listed('t1-link', null),
    listed('t1-left-over', {}),
    listed('ingress', null),
  ]);
  expect((await swarm.list()).networks.map(({ name }) => name)).toEqual(['t1-link']);
});

it('believes that there are no networks when it sees others', async () => {
  const swarm = await swarmWith([listed('bridge', {}), listed('ingress', null)]);
  await expect(swarm.list()).resolves.toMatchObject({ networks: [], services: [{ id: 's' }] });
});

it('does not believe it of a manager that lists only its own', async () => {
  const swarm = await swarmWith([listed('t1-left-over', {}), listed('bridge', {})]);
  const failure = await failureOf(swarm.list());
  expect(failure).toMatchObject({ kind: 'unreachable' });
  expect(failure.message).toContain('it lists none of the Swarm');
});
