import { beforeAll, describe, expect, it } from 'vitest';
import type { DockerEvents } from '../support/docker-events.ts';
import { repeated } from '../support/docker-inventory.ts';
import type { OperatorProcess } from '../support/operator.ts';
import type { StoreEntry } from '../support/store.ts';
import { documentsIn, measured, useTestbed } from '../support/testbed.ts';

/** Events that building a testbed makes; how many there were says how far it has come. Figure 3 makes some 280 of them in all. */
const BUILDING = ['network create', 'service create', 'container start', 'network connect'];
const REMOVING = ['service remove', 'container destroy', 'network disconnect', 'network remove'];

/** The operator is killed as soon as so many were counted. The first ones come before anything runs, the last ones when most is plugged. */
const KILLED_AFTER = [1, 30, 70, 130, 195];
const KILLED_WHILE_REMOVING = [3, 40, 90];

describe('an operator that is killed again and again', () => {
  const testbed = useTestbed('/killed');
  const allocations = new Map<string, StoreEntry>();
  let events: DockerEvents;
  let operator: OperatorProcess;

  beforeAll(async () => {
    events = await testbed.events();
  });

  /** Kills the operator when it has come so far, and starts another. @returns false if all was done before */
  const killAfter = async (
    count: number,
    whats: readonly string[],
    mark: number,
    done: Promise<unknown>,
  ): Promise<boolean> => {
    if (!(await events.reached(count, whats, mark, done))) return false;
    await operator.kill();
    // What would come to pass after ten seconds: so the next one meets calls that engines still work on.
    await testbed.store.endLease(testbed.keys.leader);
    for (const entry of await testbed.allocations()) {
      const before = allocations.get(entry.key) ?? entry;
      expect(entry, `${entry.key} stays as it was first taken`).toEqual(before);
      allocations.set(entry.key, before);
    }
    operator = await testbed.spawn(`after ${String(count)} events`);
    return true;
  };

  it('builds Figure 3 all the same, and nothing twice', async () => {
    const documents = await documentsIn('examples/figure-3');
    operator = await testbed.start('first');
    const mark = await events.mark();
    await testbed.put(...documents);
    const ready = testbed.ready(documents.map(({ ref }) => ref));
    let kills = 0;
    for (const count of KILLED_AFTER) if (await killAfter(count, BUILDING, mark, ready)) kills += 1;
    expect(kills).toBe(KILLED_AFTER.length);
    const seconds = await ready;
    measured(`Figure 3 Ready after ${seconds.toFixed(1)} s and ${String(kills)} kills`);

    expect(repeated(await testbed.inventory())).toEqual([]);
    const { services, networks, containers } = await testbed.inventory();
    expect(services).toHaveLength(25);
    expect(new Set(networks.map(({ key }) => key)).size).toBe(25);
    expect(containers.filter(({ workload }) => workload !== undefined)).toHaveLength(25);
    expect(containers.filter(({ workload }) => workload === undefined)).toHaveLength(3);
    const addresses = containers
      .filter(({ workload }) => workload?.startsWith('router/') === true)
      .flatMap(({ endpoints }) => endpoints.map(({ address }) => address))
      .filter((address) => address.startsWith('10.199.'));
    expect(new Set(addresses)).toEqual(routerAddresses());
    expect(addresses).toHaveLength(routerAddresses().size);
  });

  it('keeps every allocation that was ever made', async () => {
    const now = new Map((await testbed.allocations()).map((entry) => [entry.key, entry]));
    for (const [key, entry] of allocations) expect(now.get(key)).toEqual(entry);
    // 23 AS numbers, 23 router ids, 22 links and 2 access networks.
    expect([...now.keys()].filter((key) => key.includes('/asn/'))).toHaveLength(23);
    expect([...now.keys()].filter((key) => key.includes('/router-id/'))).toHaveLength(23);
    expect([...now.keys()].filter((key) => key.includes('/subnet/'))).toHaveLength(24);
  });

  it('removes it all the same, and leaves nothing', async () => {
    const refs = (await documentsIn('examples/figure-3')).map(({ ref }) => ref);
    const mark = await events.mark();
    await testbed.store.delPrefix(testbed.keys.desired);
    const gone = testbed.gone(refs);
    let kills = 0;
    for (const count of KILLED_WHILE_REMOVING) if (await killAfter(count, REMOVING, mark, gone)) kills += 1;
    expect(kills).toBe(KILLED_WHILE_REMOVING.length);
    const seconds = await gone;
    await testbed.cleared();
    measured(`Figure 3 gone after ${seconds.toFixed(1)} s and ${String(kills)} kills`);
  });
});

/** Every address that a router of Figure 3 has: host 2 on the link to the next one, host 3 on that to the previous one, and on the two access networks. */
function routerAddresses(): Set<string> {
  const links = Array.from({ length: 22 }, (_, i) => 35 + i);
  return new Set([
    ...links.flatMap((link) => [`10.199.${String(link)}.2`, `10.199.${String(link)}.3`]),
    '10.199.34.2',
    '10.199.57.2',
  ]);
}
