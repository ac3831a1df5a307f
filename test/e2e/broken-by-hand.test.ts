import { beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentStatus, PathStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import { footingOf } from '../support/footing.ts';
import { eventTexts, networkId, taskOf } from '../support/seen.ts';
import { document, experiment, measured, pathRef, useTestbed } from '../support/testbed.ts';
import { Traffic } from '../support/traffic.ts';

const BOUND_MS = 60_000;
/** Of noticing, in seconds. */
const NOTICED_S = 10;

/** Four routers in a ring, a host at each side, and a connection over the upper one. */
const DOCUMENTS = [
  ...['west', 'upper', 'lower', 'east'].map((name) => document('Router', `hand-${name}`)),
  document('Path', 'hand-over', { via: ['hand-west', 'hand-upper', 'hand-east'] }),
  document('Path', 'hand-under', { via: ['hand-west', 'hand-lower', 'hand-east'] }),
  document('Experiment', 'hand', {
    hosts: [
      { name: 'a', router: 'hand-west' },
      { name: 'b', router: 'hand-east' },
    ],
    connections: [{ name: 'ab', from: 'a', to: 'b', path: 'hand-over' }],
  }),
];

describe('a network that is broken by hand', () => {
  // Without a cause nothing is looked at for a while: it is the packets that must tell.
  const testbed = useTestbed('/hand', { HINGE_RESYNC: '10m' });
  const traffic = new Traffic(testbed, 'hand/a', 'hand/b');
  let hops: readonly string[];
  /** Of host b. */
  let subnet: string;

  beforeAll(async () => {
    await testbed.start();
    await testbed.put(...DOCUMENTS);
    await testbed.ready(DOCUMENTS.map(({ ref }) => ref));
    hops = await traffic.hops();
    subnet = `${(hops.at(-1) ?? '').replace(/\.\d+$/, '.0')}/24`;
  });

  /** As often as hinge has undone something by hand, and said so. */
  const undone = async (): Promise<string> => (await eventTexts(testbed, 'DriftReverted')).join('\n');

  /** Waits until `Proven` is False and says why like this, or until hinge has undone it already, since it had read that router anyway. */
  const expectNoticed = async (since: number, before: string, why: RegExp): Promise<void> => {
    const message = await eventually(
      async () => {
        if ((await undone()) !== before) return undefined;
        const { conditions } = (await testbed.status(experiment('hand'))) as ExperimentStatus;
        const proven = conditions.find(({ type }) => type === 'Proven');
        expect(proven).toMatchObject({ status: 'False' });
        return proven?.message ?? '';
      },
      { timeoutMs: BOUND_MS, intervalMs: 50, message: 'hinge notices' },
    );
    const seconds = (performance.now() - since) / 1000;
    measured(`noticed after ${seconds.toFixed(1)} s: ${message ?? 'undone before packets went astray'}`);
    expect(seconds).toBeLessThan(NOTICED_S);
    if (message !== undefined) expect(message).toMatch(why);
  };

  const mended = async (since: number): Promise<void> => {
    const seconds = await traffic.recovered(hops, since, BOUND_MS);
    measured(`packets take the Path again ${seconds.toFixed(1)} s after it was broken`);
    await testbed.ready(DOCUMENTS.map(({ ref }) => ref));
  };

  const routes = async (router: string): Promise<string> =>
    (await testbed.container(`router/hand-${router}`)).run('ip', '-4', 'route');

  it('by a route to nowhere in a router', async () => {
    const before = await footingOf(testbed);
    const upper = await testbed.container('router/hand-upper');
    const told = await undone();
    const since = performance.now();
    await upper.run('ip', 'route', 'replace', 'blackhole', subnet);
    await expectNoticed(since, told, /hand-upper/);
    await mended(since);
    expect(await routes('upper')).not.toContain('blackhole');
    expect(await footingOf(testbed)).toEqual(before);
  });

  it('by a route to somewhere else in a router', async () => {
    const west = await testbed.container('router/hand-west');
    const { links = [] } = (await testbed.status(pathRef('hand-under'))) as PathStatus;
    const told = await undone();
    const since = performance.now();
    await west.run('ip', 'route', 'add', subnet.replace('/24', '/25'), 'via', links[0]?.addresses[1] ?? '');
    await expectNoticed(since, told, /should be hand-upper .* but was hand-lower/);
    await mended(since);
    expect(await routes('west')).not.toContain('/25');
  });

  it('by another preference in a router', async () => {
    const before = await footingOf(testbed);
    const west = await testbed.container('router/hand-west');
    const { links = [] } = (await testbed.status(pathRef('hand-under'))) as PathStatus;
    const lower = links[0]?.addresses[1] ?? '';
    const lines = [
      'route-map by-hand permit 10',
      'set local-preference 300',
      'exit',
      'router bgp',
      'address-family ipv4 unicast',
      `neighbor ${lower} route-map by-hand in`,
    ];
    const told = await undone();
    const since = performance.now();
    await west.run(
      'vtysh',
      ...['configure terminal', ...lines, 'end', `clear bgp ipv4 unicast ${lower} soft in`].flatMap(
        (line) => ['-c', line],
      ),
    );
    await expectNoticed(since, told, /should be hand-upper .* but was hand-lower/);
    await mended(since);
    expect(await west.run('vtysh', '-c', 'show running-config')).not.toContain('by-hand');
    expect(await footingOf(testbed)).toEqual(before);
  });

  it('by a link that is unplugged', async () => {
    const { found } = await taskOf(testbed, 'hand-upper');
    const link = await networkId(testbed, 'link/hand-east--hand-upper');
    const told = await undone();
    const since = performance.now();
    await testbed.lab
      .node(found.node)
      .docker.getNetwork(link)
      .disconnect({ Container: found.id, Force: true });
    await expectNoticed(since, told, /hand-upper – hand-east/);
    await mended(since);
  });
});
