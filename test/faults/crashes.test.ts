import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inventory, repeated } from '../support/docker-inventory.ts';
import { Gates } from '../support/gates.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { slow } from '../support/slow.ts';
import { document, useTestbed } from '../support/testbed.ts';
import type { Moment } from '../support/write-gate.ts';

const DOCUMENTS = [
  document('Router', 'one', { placement: { node: 'node1' } }),
  document('Router', 'two', { placement: { node: 'node2' } }),
  document('Path', 'both', { via: ['one', 'two'] }),
];
const REFS = DOCUMENTS.map(({ ref }) => ref);

const MOMENTS: readonly Moment[] = ['answered', 'forwarded'];

interface Crash {
  readonly count: number;
  readonly moment: Moment;
}

/** Which writes `npm test` kills at; `npm run faults` kills at each. */
const SAMPLE: readonly Crash[] = [
  { count: 11, moment: 'answered' },
  { count: 20, moment: 'forwarded' },
];

/** Longer than all of it takes on a slow machine. */
const ALL_MS = 60 * 60_000;

/** How addresses on links begin; the others, and those of the helpers, are chosen by Swarm. */
const LINKS = '10.200.';

/** What runs, without the ids that differ from time to time. */
const shapeOf = ({ services, networks, containers }: Inventory): unknown => ({
  services: services.map(({ workload }) => workload).sort(),
  networks: [...new Set(networks.map(({ key }) => key))].sort(),
  containers: containers.map(({ node, workload }) => workload ?? `helper on ${node}`).sort(),
  addresses: containers
    .flatMap(({ workload, endpoints }) =>
      endpoints
        .filter(({ address }) => workload !== undefined && address.startsWith(LINKS))
        .map(({ address }) => `${String(workload)} ${address}`),
    )
    .sort(),
});

describe('an operator that is killed at a write to Docker or etcd', () => {
  const testbed = useTestbed('/crash', { HINGE_LEASE_TTL: '2s', HINGE_RESYNC: '2s' });
  let gates: Gates;
  let operator: OperatorProcess;
  let claims: readonly string[];
  let shape: unknown;
  let building: number;
  let removing: number;

  /** Builds and removes it without a crash: what it takes, and what comes of it. */
  beforeAll(async () => {
    gates = await Gates.before(testbed);
    await write();
    await next();
    await testbed.ready(REFS);
    await operator.idle();
    building = gates.writes.writes.length;
    shape = shapeOf(await testbed.inventory());
    claims = await claimed();
    await testbed.store.delPrefix(testbed.keys.desired);
    await testbed.cleared();
    removing = gates.writes.writes.length - building;
  });

  afterAll(async () => {
    gates.writes.open();
    await Promise.all(testbed.operators.map((one) => one.stop()));
    await gates.close();
  });

  /** One after the other: what is first takes the first numbers. */
  const write = async (): Promise<void> => {
    for (const each of DOCUMENTS) await testbed.put(each);
  };

  const next = async (): Promise<void> => {
    operator = await testbed.spawn('next', gates.env);
  };

  const claimed = async (): Promise<readonly string[]> =>
    (await testbed.allocations()).map(({ key, value }) => `${key} ${value}`).sort();

  /** Kills the operator at its write `count`, or lets it be if it is done before, and has another go on. @returns whether it was killed */
  const killedAt = async (
    count: number,
    moment: Moment,
    work: () => Promise<unknown>,
    done: () => Promise<unknown>,
  ) => {
    gates.writes.open();
    const killed = gates.writes.killAt(count, moment, () => operator);
    await work();
    await Promise.race([killed, done()]);
    const wasKilled = gates.writes.closed;
    if (wasKilled) await killed;
    gates.writes.open();
    if (!wasKilled) return false;
    // As its time would: nobody has to wait for it here.
    await testbed.store.endLease(testbed.keys.leader);
    await next();
    await done();
    return true;
  };

  const round = async (count: number, moment: Moment): Promise<readonly boolean[]> => {
    if (operator.running) {
      // One that has just begun, since the last one was killed at its very last write, does not know yet how to stop in good order.
      await operator.serving();
      expect(await operator.stop(), await operator.lastWords()).toBe(0);
    }
    const what = `killed at write ${String(count)}, ${moment}`;
    const whileBuilding = await killedAt(
      count,
      moment,
      async () => {
        await write();
        await next();
      },
      () => testbed.ready(REFS),
    );
    await operator.idle();
    const found = await testbed.inventory();
    expect(repeated(found), what).toEqual([]);
    expect(shapeOf(found), what).toEqual(shape);
    expect(await claimed(), what).toEqual(claims);
    const whileRemoving = await killedAt(
      count,
      moment,
      () => testbed.store.delPrefix(testbed.keys.desired),
      () => testbed.cleared(),
    );
    return [whileBuilding, whileRemoving];
  };

  const expectRounds = async (crashes: readonly Crash[]): Promise<void> => {
    const since = performance.now();
    let kills = 0;
    for (const { count, moment } of crashes)
      kills += (await round(count, moment)).filter((wasKilled) => wasKilled).length;
    const seconds = (performance.now() - since) / 1000;
    recovery(
      '1',
      'operator killed at single writes to Docker and etcd',
      undefined,
      `${String(kills)} kills in ${seconds.toFixed(0)} s; without one it takes ${String(building)} writes to build and ${String(removing)} to remove`,
    );
    expect(kills).toBeGreaterThanOrEqual(crashes.length);
  };

  it('row 1: builds and removes all the same, nothing twice and nothing left (a sample)', () =>
    expectRounds(SAMPLE));

  slow(
    'row 1: builds and removes all the same, nothing twice and nothing left (every write)',
    () => {
      const counts = Array.from({ length: building }, (_, at) => at + 1);
      return expectRounds(counts.flatMap((count) => MOMENTS.map((moment) => ({ count, moment }))));
    },
    ALL_MS,
  );
});
