import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { repeated } from '../support/docker-inventory.ts';
import { eventually } from '../support/eventually.ts';
import { footingOf } from '../support/footing.ts';
import { Gates } from '../support/gates.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { slow } from '../support/slow.ts';
import { expectNothingWritten } from '../support/snapshots.ts';
import { steady } from '../support/steady.ts';
import { document, useTestbed } from '../support/testbed.ts';
import { threeRouters } from '../support/three-routers.ts';
import { Traffic } from '../support/traffic.ts';

const BOUND_MS = 60_000;
/** A leader whose key is deleted knows it after so many ms at the latest. */
const NOTICED_MS = 500;
const DOCUMENTS = threeRouters('led');
const REFS = DOCUMENTS.map(({ ref }) => ref);

/** Written just before a leader is stopped, so that it has much to do when it wakes up. */
const MORE = [
  document('Router', 'led-more'),
  document('Path', 'led-more', { via: ['led-left', 'led-more', 'led-right'] }),
];
const MORE_REFS = MORE.map(({ ref }) => ref);

describe('leadership', () => {
  const testbed = useTestbed('/led');
  const traffic = new Traffic(testbed, 'led/a', 'led/b');
  let pair: readonly OperatorProcess[] = [];

  beforeAll(async () => {
    const first = await testbed.start('builder');
    await testbed.put(...DOCUMENTS);
    await testbed.ready(REFS);
    await first.idle();
    expect(await first.stop(), await first.lastWords()).toBe(0);
  });

  afterEach(async () => {
    for (const operator of pair) {
      operator.resume();
      if (operator.running) expect(await operator.stop(), await operator.lastWords()).toBe(0);
    }
  });

  /** One that leads, and one that stands by. */
  const two = async (first: Record<string, string>, second: Record<string, string> = {}) => {
    const leader = await testbed.start('first', first);
    pair = [leader];
    const standBy = await testbed.spawn('second', second);
    pair = [leader, standBy];
    await says(standBy, 'standing by');
    await leader.idle();
    return { leader, standBy };
  };

  const says = (operator: OperatorProcess, text: string): Promise<void> =>
    eventually(async () => expect(await operator.log()).toContain(`"message":"${text}"`), {
      timeoutMs: BOUND_MS,
      message: `operator ${operator.name} says "${text}"`,
    });

  const expectSilenceAfterwards = async (ttl: number): Promise<void> => {
    const gates = await Gates.before(testbed);
    const lease = { HINGE_LEASE_TTL: `${String(ttl)}s`, HINGE_RESYNC: '2s' };
    try {
      const { leader, standBy } = await two({ ...lease, ...gates.env }, lease);
      const written = gates.writes.writes.length;
      const work = (): string[] =>
        gates.writes.writes.slice(written).filter((write) => write.includes('/networks/'));
      await testbed.put(...MORE);
      await eventually(() => expect(work()).not.toEqual([]), {
        timeoutMs: BOUND_MS,
        intervalMs: 5,
        message: 'the leader has begun to work',
      });
      const since = performance.now();
      leader.suspend();
      await standBy.leading(3 * ttl * 1000);
      const seconds = (performance.now() - since) / 1000;
      await testbed.ready(MORE_REFS);
      await standBy.idle();
      const asleep = (): void => expect(performance.now() - since).toBeGreaterThan(3 * ttl * 1000);
      await eventually(asleep, {
        timeoutMs: 3 * ttl * 1000 + 1000,
        message: 'it was stopped for long enough',
      });

      // The statuses of routers that have settled are written when they are read again.
      const all = await steady(() => testbed.snapshot(), 6_000, 'everything that the other does is done');
      const before = { all, writes: gates.writes.writes.length };
      leader.resume();
      await says(leader, 'no longer leading');
      await says(leader, 'standing by');
      const afterwards = gates.writes.writes.slice(before.writes);
      recovery(
        '2',
        `leader stopped for 3 × its TTL of ${String(ttl)} s`,
        seconds,
        `until the other led; after it woke up the first one asked etcd ${String(afterwards.length)} times to write, and was refused`,
      );
      expect(seconds).toBeLessThan(1.5 * ttl);
      // What it had on its lips may still be said: it is refused.
      expect(afterwards.filter((write) => !write.startsWith('/etcdserverpb.'))).toEqual([]);
      expectNothingWritten(before.all, await testbed.snapshot());
      expect(await standBy.metric('hinge_leader')).toBe(1);
      expect(repeated(await testbed.inventory())).toEqual([]);
      await testbed.del(...MORE_REFS);
      await testbed.gone(MORE_REFS);
    } finally {
      for (const operator of pair) operator.resume();
      await Promise.all(pair.map((operator) => operator.stop()));
      await gates.close();
    }
  };

  slow('row 2: a leader that was stopped does nothing when it wakes up (TTL 3 s)', () =>
    expectSilenceAfterwards(3),
  );

  slow('row 2: a leader that was stopped does nothing when it wakes up (TTL 10 s)', () =>
    expectSilenceAfterwards(10),
  );

  it('row 3: the leader key deleted by hand: one leads at any time', async () => {
    const { leader, standBy } = await two({});
    const before = await footingOf(testbed);
    const all = await testbed.snapshot();
    const events = await testbed.events();
    const mark = await events.mark();
    const lost = traffic.lossesFor(5_000);
    const took: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const key = await testbed.store.get(testbed.keys.leader);
      await testbed.store.del(testbed.keys.leader);
      const since = performance.now();
      await eventually(
        async () => {
          const now = await testbed.store.get(testbed.keys.leader);
          expect(BigInt(now?.createRevision ?? 0)).toBeGreaterThan(BigInt(key?.createRevision ?? 0));
        },
        { timeoutMs: BOUND_MS, intervalMs: 5, message: 'somebody leads' },
      );
      took.push((performance.now() - since) / 1000);
      await eventually(
        async () => {
          const leads = await Promise.all([leader, standBy].map((one) => one.metric('hinge_leader')));
          expect(leads.toSorted()).toEqual([0, 1]);
        },
        { timeoutMs: BOUND_MS, message: 'one leads and one stands by' },
      );
      await Promise.all([leader.idle(), standBy.idle()]);
    }
    const terms = (await Promise.all([leader, standBy].map(termsOf)))
      .flat()
      .toSorted((a, b) => a.from - b.from);
    const overlaps = terms.map(({ until }, at) => until - (terms[at + 1]?.from ?? Infinity));
    const worst = Math.max(...overlaps.filter(Number.isFinite));
    recovery(
      '3',
      'leader key deleted by hand, 5 times',
      Math.max(...took),
      `until somebody led; the old one ended at least ${String(-worst)} ms before, in ${String(terms.length)} terms`,
    );
    expect(terms.length).toBeGreaterThanOrEqual(6);
    // Both learn from their own watch; etcd refuses what the old one writes from the deletion on.
    expect(worst).toBeLessThan(NOTICED_MS);
    expect((await lost).lost).toBe(0);
    expect(await events.writesSince(mark)).toEqual([]);
    expectNothingWritten(all, await testbed.snapshot());
    expect(await footingOf(testbed)).toEqual(before);
  });
});

/** When an operator led, by its log; ms of the machine's clock. The last term may not be over. */
async function termsOf(
  operator: OperatorProcess,
): Promise<{ readonly from: number; readonly until: number }[]> {
  const lines = (await operator.log())
    .split('\n')
    .filter((line) => line.includes('"leaderKey"'))
    .map((line) => JSON.parse(line) as { readonly time: string; readonly message: string });
  const at = (message: string): number[] =>
    lines.filter((line) => line.message === message).map(({ time }) => Date.parse(time));
  const ends = at('no longer leading');
  return at('leading').map((from, turn) => ({ from, until: ends[turn] ?? Infinity }));
}
