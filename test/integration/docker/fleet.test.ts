import { expect, it, onTestFinished, vi } from 'vitest';
import { EndpointError } from '../../../src/adapters/docker/endpoint.ts';
import { DockerFleet } from '../../../src/adapters/docker/fleet.ts';
import { answer, fakeEngine } from './fake-engine.ts';
import { failureOf } from '../../support/failure-of.ts';
import { SystemClock } from '../../../src/runtime/system-clock.ts';
import { quiet } from '../../support/quiet.ts';

const clock = new SystemClock();

function open(nodes: string, logger = quiet): DockerFleet {
  const fleet = new DockerFleet({ nodes, prefix: '/test', helper: 'test-helper' }, { clock, logger });
  onTestFinished(() => fleet.close());
  return fleet;
}

it('warns, once, when an endpoint leads to a node of another name', async () => {
  const engine = await fakeEngine(({ url }, response) =>
    answer(response, 200, url === '/info' ? { Name: 'node7' } : []),
  );
  const warn = vi.fn();
  const fleet = open(`node1=${engine.url}`, { ...quiet, warn });
  for (let i = 0; i < 3; i++) await fleet.engines.get('node1')?.list();
  await expect
    .poll(() => warn.mock.calls)
    .toEqual([
      [
        { node: 'node1', endpoint: engine.url, name: 'node7' },
        'endpoint belongs to a node of another name: correct the list of nodes',
      ],
    ]);
});

it('opens nothing before it is asked, and nodes may be down', async () => {
  const fleet = open('node1=unix:///nowhere.sock,node2=unix:///nowhere-else.sock');
  expect([...fleet.engines.keys()]).toEqual(['node1', 'node2']);
  const failures = await Promise.all([...fleet.engines.values()].map((engine) => failureOf(engine.list())));
  expect(failures.map(({ kind }) => kind)).toEqual(['unreachable', 'unreachable']);
});

it('refuses a list of nodes that cannot be used', () => {
  expect(() => open('node1=nothing')).toThrow(EndpointError);
  expect(() => open('node1=tcp://host')).toThrow(EndpointError);
});

it('closes while it waits for an engine that is down', async () => {
  const fleet = open('node1=unix:///nowhere.sock');
  fleet.onHint(() => undefined);
  await fleet.close();
  await expect(failureOf(fleet.swarm.list())).resolves.toMatchObject({ kind: 'unreachable' });
});
