import { describe, expect, it } from 'vitest';
import type { ExperimentStatus, PathStatus } from '../../src/api/status.ts';
import { repeated } from '../support/docker-inventory.ts';
import { footingOf } from '../support/footing.ts';
import { traceroute } from '../support/frr.ts';
import { slow } from '../support/slow.ts';
import { document, documentsIn, experiment, measured, pathRef, useTestbed } from '../support/testbed.ts';

/** What happens to containers when one is replaced. */
const REPLACED = /^(container (create|start|die|destroy|kill)|service (create|update|remove)) /;

describe('Paths that share links, and rings', () => {
  const testbed = useTestbed('/topology');

  it('brings up a ring and two Paths that share a link', async () => {
    await testbed.start();
    const documents = [
      ...(await documentsIn('examples/ring')),
      ...(await documentsIn('examples/shared-link')),
    ];
    await testbed.put(...documents);
    const seconds = await testbed.ready(documents.map(({ ref }) => ref));
    measured(`a ring and a shared link (8 routers, 5 hosts) Ready after ${seconds.toFixed(1)} s`);
    expect(repeated(await testbed.inventory())).toEqual([]);
  });

  it('has one link for two Paths that name the same neighbours', async () => {
    const [upper, lower] = await Promise.all([linksOf('from-upper'), linksOf('from-lower')]);
    expect(upper['middle–right']).toBeDefined();
    expect(upper['middle–right']).toEqual(lower['middle–right']);
    const { networks } = await testbed.inventory();
    const ids = networks.filter(({ key }) => key === 'link/middle--right').map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    expect(Object.keys((await footingOf(testbed, ['right']))['right']?.sessions ?? {})).toHaveLength(1);
  });

  it('takes the side of the ring that the connection names, both ways', async () => {
    const links = await linksOf('clockwise');
    const [north, south] = [links['north–east']?.addresses, links['east–south']?.addresses];
    const { hosts = [] } = (await testbed.status(experiment('ring'))) as ExperimentStatus;
    const [n, s] = [await testbed.container('host/ring/n'), await testbed.container('host/ring/s')];
    const address = (name: string): string => hosts.find((host) => host.name === name)?.address ?? '';
    const there = await traceroute(n, address('s'));
    const back = await traceroute(s, address('n'));
    expect(there.slice(1, -1)).toEqual([north?.[1], south?.[1]]);
    expect(back.slice(1, -1)).toEqual([south?.[0], north?.[0]]);
  });

  it('adds a Path to running routers, and removes it, without touching anything else', async () => {
    const events = await testbed.events();
    const before = await footingOf(testbed);
    const mark = await events.mark();
    const chord = document('Path', 'chord', { via: ['upper', 'east', 'west'] });
    await testbed.put(chord);
    const seconds = await testbed.ready([chord.ref]);
    const during = await footingOf(testbed);
    expect(during).toMatchObject(before);
    expect(Object.keys(during['east']?.sessions ?? {})).toHaveLength(4);

    await testbed.del(chord.ref);
    const gone = await testbed.gone([chord.ref]);
    await expect.poll(() => footingOf(testbed), { timeout: 60_000, interval: 200 }).toEqual(before);
    const writes = await events.writesSince(mark);
    expect(writes.filter((line) => REPLACED.test(line))).toEqual([]);
    measured(
      `a Path over three running routers: Ready after ${seconds.toFixed(1)} s, gone after ${gone.toFixed(1)} s`,
    );
  });

  slow('keeps a shared link until no Path names it', async () => {
    const idOf = async (key: string): Promise<string | undefined> =>
      (await testbed.inventory()).networks.find((network) => network.key === key)?.id;
    const shared = await idOf('link/middle--right');
    const before = (await footingOf(testbed, ['right']))['right'];
    const smaller = document('Experiment', 'shared-link', {
      hosts: [
        { name: 'u', router: 'upper' },
        { name: 'r', router: 'right' },
      ],
      connections: [{ name: 'ur', from: 'u', to: 'r', path: 'from-upper' }],
    });
    await testbed.put(smaller);
    await testbed.del(pathRef('from-lower'));
    await testbed.gone([pathRef('from-lower')]);
    expect(await idOf('link/lower--middle')).toBeUndefined();
    expect(await idOf('link/middle--right')).toBe(shared);
    await testbed.ready([smaller.ref, pathRef('from-upper')]);
    expect((await footingOf(testbed, ['right']))['right']).toEqual(before);

    await testbed.del(smaller.ref, pathRef('from-upper'));
    await testbed.gone([smaller.ref, pathRef('from-upper')]);
    expect(await idOf('link/middle--right')).toBeUndefined();
  });

  /** A Path's links by their ends, such as `middle–right`. */
  async function linksOf(path: string): Promise<Record<string, NonNullable<PathStatus['links']>[number]>> {
    const { links = [] } = (await testbed.status(pathRef(path))) as PathStatus;
    return Object.fromEntries(links.map((link) => [link.between.join('–'), link]));
  }
});
