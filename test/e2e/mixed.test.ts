import { beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentStatus, RouterStatus } from '../../src/api/status.ts';
import { birdSessionsOf } from '../support/bird.ts';
import { Crossing, movedTo } from '../support/crossing.ts';
import { eventually } from '../support/eventually.ts';
import { steadyFooting } from '../support/footing.ts';
import { eventTexts } from '../support/seen.ts';
import { slow } from '../support/slow.ts';
import { type Document, documentsIn, experiment, measured, router, useTestbed } from '../support/testbed.ts';
import { Traffic } from '../support/traffic.ts';

const BOUND_MS = 60_000;

/** The example: two ways from west to east, over routers that run FRR and routers that run BIRD. */
describe('Paths over FRR and BIRD', () => {
  // Drift shows when a router is looked at, whether packets go astray or not.
  const testbed = useTestbed('/mixed', { HINGE_RESYNC: '3s' });
  const crossing = new Crossing(testbed, 'mixed');
  const traffic = new Traffic(testbed, 'mixed/a', 'mixed/b');
  let documents: readonly Document[];

  const allReady = (): Promise<number> =>
    testbed.ready(
      documents.map(({ ref }) => ref),
      BOUND_MS,
    );
  const bird = () => testbed.container('router/crossing');
  const lower = () => testbed.container('router/lower');

  beforeAll(async () => {
    documents = await documentsIn('examples/mixed');
    await testbed.start();
    await testbed.put(...documents);
    const seconds = await allReady();
    measured(`five routers on two platforms: Ready after ${seconds.toFixed(1)} s`);
  });

  it('are proven, with the sessions of both in the status', async () => {
    const { connections = [] } = (await testbed.status(experiment('mixed'))) as ExperimentStatus;
    expect(connections[0]?.proof?.forward.hops.map((hop) => hop.router)).toEqual([
      ...['west', 'crossing', 'upper', 'east'],
    ]);
    expect(connections[0]?.proof?.asPath).toHaveLength(3);
    const { sessions = [] } = (await testbed.status(router('crossing'))) as RouterStatus;
    expect(sessions.map(({ peer, state }) => [peer, state]).sort()).toEqual([
      ['lower', 'Established'],
      ['upper', 'Established'],
      ['west', 'Established'],
    ]);
    for (const { establishedAt, prefixesReceived } of sessions) {
      expect(Date.now() - Date.parse(establishedAt ?? '')).toBeLessThan(600_000);
      expect(prefixesReceived).toBeGreaterThan(2);
    }
  });

  it.each(['under', 'over'])(
    "are taken as the connection says (%s), by BIRD's preference there",
    async (path) => {
      const taken = await crossing.move(movedTo(path, documents), path, 'a', 'b');
      expect(taken).toEqual(await crossing.along(path));
    },
  );

  slow('are there again when BIRD was killed', async () => {
    const [hops, before] = [await traffic.hops(), await birdSessionsOf(await bird())];
    const since = performance.now();
    await (await bird()).run('pkill', '-KILL', '-x', 'bird');
    await eventually(
      async () => {
        const now = await birdSessionsOf(await bird());
        expect(Object.keys(now)).toEqual(Object.keys(before));
        for (const [peer, { state, since: up }] of Object.entries(now)) {
          expect(state).toBe('Established');
          expect(up).not.toBe(before[peer]?.since);
        }
      },
      { timeoutMs: BOUND_MS, intervalMs: 100, message: 'its sessions are there again' },
    );
    measured(
      `BIRD killed: packets take the Path ${(await traffic.recovered(hops, since, BOUND_MS)).toFixed(1)} s later`,
    );
    await allReady();
  });

  it('are there again when a container with BIRD was killed', async () => {
    const before = (await bird()).found.id;
    const hops = await traffic.hops();
    const since = performance.now();
    await (await bird()).kill();
    await traffic.lost(BOUND_MS);
    const seconds = await traffic.recovered(hops, since, BOUND_MS);
    measured(`container with BIRD killed: packets take the Path ${seconds.toFixed(1)} s later`);
    expect((await bird()).found.id).not.toBe(before);
    await allReady();
  });

  /** Until hinge has put back what was done to a router by hand, and said all of this. */
  const undone = async (script: string, ...why: readonly RegExp[]): Promise<void> => {
    const before = (await eventTexts(testbed, 'DriftReverted')).join('\n');
    await (await lower()).run('sh', '-c', script);
    await eventually(
      async () => {
        const now = (await eventTexts(testbed, 'DriftReverted')).join('\n');
        expect(now).not.toBe(before);
        for (const each of why) expect(now).toMatch(each);
      },
      { timeoutMs: BOUND_MS, message: 'hinge has put it back' },
    );
    await allReady();
  };

  slow('lose what was done to BIRD by hand, and no session with it', async () => {
    const footing = await steadyFooting(testbed);
    const script = [
      'sed "s/bgp_local_pref = 200/bgp_local_pref = 50/" /etc/bird/bird.conf > /tmp/other.conf',
      'chmod a+r /tmp/other.conf',
      'ip address flush dev lo scope global',
      'ip route add blackhole 198.51.100.0/24',
      'sed -i "s/^protocol device.*/# by hand\\n&/" /etc/bird/bird.conf',
      `birdcl configure '"/tmp/other.conf"'`,
    ].join('\n');
    const lines = [
      /\+ # by hand/,
      /\+ birdc configure/,
      /ip address add .* dev lo/,
      /blackhole 198\.51\.100\.0/,
    ];
    await undone(script, ...lines);
    expect(await steadyFooting(testbed)).toEqual(footing);
  });

  slow('have their sessions back when somebody has disabled them', async () => {
    await undone(`birdcl disable '"hinge_*_*"'`, /birdc disable hinge_/);
    const states = Object.values(await birdSessionsOf(await lower())).map(({ state }) => state);
    expect(states).toEqual(['Established', 'Established']);
  });
});
