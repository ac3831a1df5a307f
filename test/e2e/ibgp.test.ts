import { beforeAll, describe, expect, it } from 'vitest';
import { slow } from '../support/slow.ts';
import {
  documentsIn,
  document,
  type Document,
  experiment,
  measured,
  router,
  useTestbed,
} from '../support/testbed.ts';
import type { ExperimentStatus, RouterStatus } from '../../src/api/status.ts';
import { Crossing, movedTo } from '../support/crossing.ts';
import { eventually } from '../support/eventually.ts';

const BOUND_MS = 60_000;

/** The example: two Paths from one AS to another, through an AS of routers that have no full mesh. */
describe('an AS with several routers', () => {
  const testbed = useTestbed('/ibgp');
  const crossing = new Crossing(testbed, 'crossing');
  let documents: readonly Document[];

  beforeAll(async () => {
    documents = await documentsIn('examples/ibgp');
    await testbed.start();
    await testbed.put(...documents);
    const seconds = await testbed.ready(documents.map(({ ref }) => ref));
    measured(
      `two ASes around one of five routers: ${String(documents.length)} objects Ready after ${seconds.toFixed(1)} s`,
    );
  });

  it('is crossed by what its routers reflect, with itself once in the AS path', async () => {
    const status = (await testbed.status(experiment('crossing'))) as ExperimentStatus;
    expect(status.connections?.[0]?.proof?.asPath).toEqual([65001, 65003]);
    const core = (await testbed.status(router('core'))) as RouterStatus;
    expect(core.sessions?.map(({ asn, state }) => [asn, state])).toEqual(
      core.sessions?.map(() => [65001, 'Established']),
    );
    // Along core and along the south: the same AS path, so that FRR would spread packets over both.
    const gate = await testbed.container('router/gate-west');
    const { routes } = JSON.parse(await gate.run('vtysh', '-c', 'show bgp ipv4 unicast json')) as {
      routes: Record<string, { valid?: boolean; multipath?: boolean }[]>;
    };
    const choices = Object.values(routes).filter((each) => each.filter(({ valid }) => valid).length > 1);
    expect(choices.length).toBeGreaterThan(2);
    const spread = choices.filter((each) => each.filter(({ multipath }) => multipath).length > 1);
    expect(spread).toEqual([]);
  });

  it.each(['southern', 'northern', 'southern'])(
    'is crossed along the Path %s, there and back',
    async (path) => {
      const taken = await crossing.move(movedTo(path, documents), path, 'a', 'b');
      expect(taken).toEqual(await crossing.along(path));
    },
  );

  it('loses no packets, which is measured once the way is proven', async () => {
    const look = async (): Promise<void> => {
      const { connections } = (await testbed.status(experiment('crossing'))) as ExperimentStatus;
      expect(connections?.[0]).toMatchObject({ lossPercent: 0, rttMs: expect.any(Number) as number });
    };
    await eventually(look, { timeoutMs: BOUND_MS, message: 'loss and round-trip time are in the status' });
  });

  slow('has sessions that BFD watches over one hop', async () => {
    const core = await testbed.container('router/core');
    const watched = async (): Promise<void> => {
      const peers = JSON.parse(await core.run('vtysh', '-c', 'show bfd peers json')) as {
        multihop: boolean;
        status: string;
      }[];
      expect(peers.map(({ multihop, status }) => [multihop, status])).toEqual([
        [false, 'up'],
        [false, 'up'],
      ]);
    };
    await eventually(watched, { timeoutMs: BOUND_MS, message: 'BFD watches both neighbours of core' });
  });

  slow('carries LANs and segments through, and within it', async () => {
    const segments = document('Path', 'segments', {
      via: ['west', 'gate-west', 'south', 'lake', 'gate-east', 'east'],
      engineering: 'srv6',
    });
    const inside = document('Path', 'inside', { via: ['gate-west', 'south', 'lake'] });
    const beside = document('Experiment', 'beside', {
      hosts: [
        { name: 'c', router: 'west' },
        { name: 'd', router: 'east' },
        { name: 'e', router: 'gate-west' },
        { name: 'f', router: 'lake' },
      ],
      connections: [
        { name: 'lan', from: 'c', to: 'd', path: 'southern', layer: 2 },
        { name: 'sids', from: 'c', to: 'd', path: 'segments', addresses: {} },
        { name: 'within', from: 'e', to: 'f', path: 'inside', layer: 2 },
      ],
    });
    await testbed.put(segments, inside, beside);
    const seconds = await testbed.ready([segments.ref, inside.ref, beside.ref]);
    const { connections = [] } = (await testbed.status(beside.ref)) as ExperimentStatus;
    expect(connections.map(({ name, proof }) => [name, proof?.asPath])).toEqual([
      ['lan', [65001, 65003]],
      ['sids', []],
      ['within', []],
    ]);
    measured(`two LANs and a connection over SRv6 through an AS proven ${seconds.toFixed(1)} s after put`);
  });

  it('is not joined by a Path that leaves it and comes back', async () => {
    const back = document('Path', 'back', { via: ['gate-west', 'west', 'gate-east'] });
    await testbed.put(back);
    const refused = { status: 'False', reason: 'RepeatedAs' } as const;
    const { message } = await testbed.condition(back.ref, 'Valid', refused);
    expect(message).toContain('leaves AS 65001 at gate-west and comes back to it at gate-east');
    await testbed.del(back.ref);
  });
});
