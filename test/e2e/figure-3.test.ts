import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { DockerEvents } from '../support/docker-events.ts';
import { repeated } from '../support/docker-inventory.ts';
import { bgpTable, traceroute } from '../support/frr.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { expectNothingWritten } from '../support/snapshots.ts';
import type { StoreEntry } from '../support/store.ts';
import { documentsIn, measured, useTestbed } from '../support/testbed.ts';

/** Numbers of the routers: vyos-35 to vyos-57. */
const NUMBERS = Array.from({ length: 23 }, (_, i) => 35 + i);
const ROUTERS = NUMBERS.map((number) => `vyos-${String(number)}`);

/** Events that building a testbed makes; how many there were says how far it has come. There are some 280 of them in all. */
const BUILDING = ['network create', 'service create', 'container start', 'network connect'];
const REMOVING = ['service remove', 'container destroy', 'network disconnect', 'network remove'];

/** The operator is killed as soon as so many were counted. The first ones come before anything runs, the last ones when most is plugged. */
const KILLED_AFTER = [1, 30, 70, 130, 195];
const KILLED_WHILE_REMOVING = [3, 40, 90];

/** Docker calls that change something, as /metrics names them. */
const CHANGING =
  /^(network\.(create|remove|connect|disconnect)|service\.(create|update|remove)|container\.(create|start|remove))$/;

describe('Figure 3, under an operator that is killed again and again', () => {
  const testbed = useTestbed('/hinge');
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

  it('comes up from what etcdctl puts, and nothing twice', async () => {
    operator = await testbed.start('first');
    const documents = await documentsIn('examples/figure-3');
    expect(documents).toHaveLength(25);
    const mark = await events.mark();
    await testbed.put(...documents);
    const ready = testbed.ready(documents.map(({ ref }) => ref));
    let kills = 0;
    for (const count of KILLED_AFTER) if (await killAfter(count, BUILDING, mark, ready)) kills += 1;
    expect(kills).toBe(KILLED_AFTER.length);
    const seconds = await ready;
    measured(`Figure 3 Ready after ${seconds.toFixed(1)} s and ${String(kills)} kills`);
    const counts = new Map<string, number>();
    for (const { what } of events.events) counts.set(what, (counts.get(what) ?? 0) + 1);
    measured(`events: ${[...counts].map(([what, count]) => `${what} ${String(count)}`).join(', ')}`);
    const found = await testbed.inventory();
    expect(repeated(found)).toEqual([]);
    expect(found.services).toHaveLength(25);
    expect(new Set(found.networks.map(({ key }) => key)).size).toBe(25);
    expect(found.containers.filter(({ workload }) => workload !== undefined)).toHaveLength(25);
    expect(found.containers.filter(({ workload }) => workload === undefined)).toHaveLength(3);
    const addresses = found.containers
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

  it('has exactly the prefixes, next hops and AS paths of the figure on vyos-57', async () => {
    const golden = await readFile('test/golden/figure-3.txt', 'utf8');
    const vyos57 = await testbed.container('router/vyos-57');
    expect(await bgpTable(vyos57)).toBe(golden.replace(/^#.*\n/gm, ''));
    const said = await vyos57.run('vtysh', '-c', 'show ip bgp');
    expect(said).toContain('local router ID is 0.0.0.57');
    expect(said).toContain('local AS 57');
    expect(said).toMatch(/Displayed +24 routes and 25 total paths/);
  });

  it('carries packets over all 23 routers, each way', async () => {
    const [a, b] = [await testbed.container('host/fig3/a'), await testbed.container('host/fig3/b')];
    const there = await traceroute(a, '10.199.57.3');
    const back = await traceroute(b, '10.199.34.3');
    // A packet enters vyos-N from the side of a by its address on network N-1, and from the side of b by that on N.
    expect(there).toEqual([
      '10.199.34.2',
      ...NUMBERS.slice(1).map((number) => `10.199.${String(number - 1)}.3`),
      '10.199.57.3',
    ]);
    expect(back).toEqual([
      '10.199.57.2',
      ...NUMBERS.slice(0, -1)
        .map((number) => `10.199.${String(number)}.2`)
        .reverse(),
      '10.199.34.3',
    ]);
    expect([there.length - 1, back.length - 1]).toEqual([23, 23]);
  });

  it('leaves hosts no other way than the routed one', async () => {
    const containers = await testbed.containers();
    for (const [host, subnet] of [
      ['a', '10.199.34'],
      ['b', '10.199.57'],
    ] as const) {
      const container = containers.get(`host/fig3/${host}`);
      expect(container?.found.endpoints.map(({ address }) => address)).toEqual([`${subnet}.3`]);
      const routes = (await container?.run('ip', '-4', 'route', 'show'))?.split('\n') ?? [];
      expect(routes.map((line) => line.split(' dev ')[0])).toEqual([
        `default via ${subnet}.2`,
        `${subnet}.0/24`,
      ]);
    }
  });

  it('names services, containers and hosts after what they are', async () => {
    const { services, containers } = await testbed.inventory();
    expect(services.map(({ name }) => name).sort()).toEqual(
      [...ROUTERS.map((name) => `hinge-${name}`), 'hinge-fig3--a', 'hinge-fig3--b'].sort(),
    );
    const routers = containers.filter(({ workload }) => workload?.startsWith('router/') === true);
    expect(routers).toHaveLength(23);
    for (const { name, workload } of routers) {
      expect(name).toMatch(new RegExp(`^hinge-${workload?.slice('router/'.length) ?? '?'}\\.1\\.`));
    }
    const vyos57 = await testbed.container('router/vyos-57');
    expect((await vyos57.run('hostname')).trim()).toBe('vyos-57');
    expect(await vyos57.run('vtysh', '-c', 'show running-config')).toContain('hostname vyos-57');
  });

  it('tells probes and metrics how things are', async () => {
    await expect
      .poll(() => operator.get('/readyz'), { timeout: 20_000 })
      .toEqual({ status: 200, text: 'ok\n' });
    await expect.poll(() => operator.metric('workqueue_depth'), { timeout: 20_000 }).toBe(0);
    const metric = (name: string, labels = {}): Promise<number> => operator.metric(name, labels);
    // What routers say counts as of their last reading: some were read before the last prefix came.
    const told = async (): Promise<void> => {
      expect(await metric('hinge_leader')).toBe(1);
      expect(await metric('hinge_objects', { kind: 'Router', ready: 'True' })).toBe(23);
      expect(await metric('hinge_bgp_sessions', { state: 'Established' })).toBe(2 * 22);
      // vyos-57 hears all but its own access network, vyos-35 likewise; a router between hears 24 from both sides together.
      expect(await metric('hinge_bgp_prefixes_received', { router: 'vyos-57' })).toBe(23);
      expect(await metric('hinge_path_proven', { path: 'figure-3' })).toBe(1);
      expect(await metric('workqueue_adds_total', { name: 'router' })).toBeGreaterThanOrEqual(23);
      expect(await metric('hinge_rtt_seconds', { experiment: 'fig3', connection: 'ab' })).toBeGreaterThan(0);
    };
    await eventually(told, { timeoutMs: 40_000, message: 'the metrics say how things are' });
  });

  it('changes nothing when the operator runs a second time', async () => {
    await watched();
    await operator.idle();
    expect(await operator.stop()).toBe(0);
    const before = await testbed.snapshot();
    const mark = await events.mark();
    operator = await testbed.start('second');
    await settled(operator);
    expectNothingWritten(before, await testbed.snapshot());
    expect(await events.writesSince(mark)).toEqual([]);
    expect(await changingCalls(operator)).toEqual([]);
    expect(await operator.metric('hinge_objects', { ready: 'True' })).toBe(25);
    measured('the second run wrote nothing to Docker, and nothing to etcd but the key of the leader');
  });

  it('hands leadership over when the leader is told to end, and nothing changes', async () => {
    const standby = await testbed.spawn('stand-by');
    await standby.serving();
    expect(await standby.metric('hinge_leader')).toBe(0);
    await expect
      .poll(() => standby.get('/readyz'), { timeout: 20_000 })
      .toEqual({ status: 200, text: 'ok\n' });
    const before = await testbed.snapshot();
    const mark = await events.mark();
    const began = performance.now();
    const [exitCode] = await Promise.all([operator.stop(), standby.leading()]);
    measured(
      `the stand-by led ${((performance.now() - began) / 1000).toFixed(1)} s after SIGTERM to the leader`,
    );
    expect(exitCode).toBe(0);
    operator = standby;
    await settled(operator);
    expectNothingWritten(before, await testbed.snapshot());
    expect(await events.writesSince(mark)).toEqual([]);
    expect(await changingCalls(operator)).toEqual([]);
  });

  it('leaves nothing behind', async () => {
    const refs = (await documentsIn('examples/figure-3')).map(({ ref }) => ref);
    const mark = await events.mark();
    await testbed.del(...refs);
    const gone = testbed.gone(refs);
    let kills = 0;
    for (const count of KILLED_WHILE_REMOVING) if (await killAfter(count, REMOVING, mark, gone)) kills += 1;
    expect(kills).toBe(KILLED_WHILE_REMOVING.length);
    const seconds = await gone;
    await testbed.cleared();
    measured(`Figure 3 gone after ${seconds.toFixed(1)} s and ${String(kills)} kills`);
    expect(await operator.log()).not.toContain('etcd does not answer');
  });

  /** Waits until BFD watches every session: that begins once they are up, and is the last that routers are given. */
  async function watched(): Promise<void> {
    const containers = await testbed.containers();
    for (const [index, name] of ROUTERS.entries()) {
      const neighbours = index === 0 || index === ROUTERS.length - 1 ? 1 : 2;
      const peers = async (): Promise<void> => {
        const text = await containers.get(`router/${name}`)?.run('vtysh', '-c', 'show bfd peers json');
        expect(JSON.parse(text ?? '[]')).toHaveLength(neighbours);
      };
      await eventually(peers, { timeoutMs: 60_000, message: `BFD watches the sessions of ${name}` });
    }
  }
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

/** Waits until a new leader has looked at everything. */
async function settled(operator: OperatorProcess): Promise<void> {
  await expect
    .poll(() => operator.metric('hinge_path_proven', { path: 'figure-3' }), { timeout: 60_000 })
    .toBe(1);
  await expect
    .poll(() => operator.metric('hinge_bgp_sessions', { state: 'Established' }), { timeout: 60_000 })
    .toBe(2 * 22);
  await operator.idle();
}

/** What this operator has asked engines and etcd to change, ever, besides the key of the leader. */
async function changingCalls(operator: OperatorProcess): Promise<readonly string[]> {
  const samples = await operator.metrics();
  const calls = (metric: string, which: RegExp): readonly string[] =>
    samples
      .filter(({ name, labels }) => name === metric && which.test(labels['call'] ?? ''))
      .map(({ text }) => text);
  expect(calls('hinge_etcd_requests_total', /^list$/)).not.toEqual([]);
  return [
    ...calls('hinge_docker_requests_total', CHANGING),
    ...calls('hinge_etcd_requests_total', /^(put|delete)$/),
  ];
}
