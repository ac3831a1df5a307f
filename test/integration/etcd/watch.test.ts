import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EtcdServer, startEtcd } from '../../support/etcd.ts';
import { eventually } from '../../support/eventually.ts';
import { clock, connect, del, expectSees, Follower, freshPrefix, NEVER_MS, put } from './fixture.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

let etcd: EtcdServer;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.close());

/** A follower whose first listing is done. */
const follow = async (...args: ConstructorParameters<typeof Follower>): Promise<Follower> => {
  const follower = new Follower(...args);
  await eventually(() => expect(follower.hints).toBeGreaterThan(0), {
    timeoutMs: 5000,
    intervalMs: 1,
    message: 'the hint that a new watch gives',
  });
  return follower;
};

describe('a watch', () => {
  it('hints at once when it begins, so that nothing written before is missed', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const prefix = freshPrefix();
    await store.commit([put(`${prefix}a`, '1')], {});
    await expectSees(new Follower(store, prefix), { a: '1' });
  });

  it('hints puts, edits and deletions of anyone', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const prefix = freshPrefix();
    const follower = await follow(store, prefix);
    await etcd.ctl('put', `${prefix}a`, '1');
    await expectSees(follower, { a: '1' });
    await etcd.ctl('put', `${prefix}a`, '2');
    await expectSees(follower, { a: '2' });
    await etcd.ctl('del', `${prefix}a`);
    await expectSees(follower, {});
  });

  it('hints within milliseconds', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const prefix = freshPrefix();
    let hinted: (at: number) => void = () => undefined;
    const nextHint = (): Promise<number> => new Promise((resolve) => (hinted = resolve));
    const first = nextHint();
    const release = store.watch(prefix, () => hinted(clock.monotonicMs()), NEVER_MS);
    await first;
    const latencies: number[] = [];
    for (let round = 0; round < 50; round += 1) {
      // Writes elsewhere take longer than hints are gathered.
      for (let other = 0; other < 5; other += 1) await store.commit([put('/elsewhere')], {});
      const hint = nextHint();
      await store.commit([put(`${prefix}a`)], {});
      const answeredAt = clock.monotonicMs();
      latencies.push((await hint) - answeredAt);
    }
    await release();
    const [median = NaN, worst = NaN] = [25, 49].map((at) => latencies.toSorted((a, b) => a - b)[at]);
    console.log(
      `hint after the commit's answer: median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`,
    );
    expect(median).toBeLessThan(25);
  });

  it('makes few hints of a burst, and one after its last change', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const prefix = freshPrefix();
    const follower = await follow(store, prefix);
    const keys = Array.from({ length: 400 }, (_, at) => `key-${at}`);
    await Promise.all(keys.map((key) => store.commit([put(`${prefix}${key}`, 'v')], {})));
    await expectSees(follower, Object.fromEntries(keys.map((key) => [key, 'v'])));
    expect(follower.hints).toBeLessThan(200);
  });

  it('hints that a key on a lease has expired', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const prefix = freshPrefix();
    const follower = await follow(store, prefix);
    const lease = await store.grantLease(1);
    await store.commit([{ type: 'put', key: `${prefix}a`, value: '1', lease }, put(`${prefix}b`, '2')], {});
    await expectSees(follower, { a: '1', b: '2' });
    await expectSees(follower, { b: '2' });
  });

  it('does not hint what happens elsewhere, and nothing once it is released', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const [prefix, other] = [freshPrefix(), freshPrefix()];
    const follower = await follow(store, prefix);
    const witness = await follow(store, other);
    const before = follower.hints;
    await store.commit([put(`${other}a`, '1')], {});
    await expectSees(witness, { a: '1' });
    expect(follower.hints).toBe(before);
    await follower.release();
    await store.commit([put(`${prefix}a`, '1')], {});
    await store.commit([del(`${other}a`)], {});
    await expectSees(witness, {});
    expect(follower.hints).toBe(before);
  });

  it('is not disturbed when others are released, and neither is the connection', async () => {
    const proxy = await TcpProxy.before(etcd.endpoint);
    const { store, lines } = connect({ endpoints: [proxy.endpoint] });
    const prefix = freshPrefix();
    const follower = await follow(store, prefix);
    for (let turn = 0; turn < 5; turn += 1) {
      const other = await follow(store, freshPrefix());
      await other.release();
      await store.commit([put(`${prefix}a`, String(turn))], {});
      await expectSees(follower, { a: String(turn) });
    }
    expect(lines).toEqual([]);
    expect(proxy.accepted).toBe(1);
  });

  it('hints at least as often as it is told to', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const beganAt = clock.monotonicMs();
    const follower = new Follower(store, freshPrefix(), 100);
    await expect.poll(() => follower.hints, { timeout: 5000, interval: 10 }).toBeGreaterThan(5);
    expect(clock.monotonicMs() - beganAt).toBeGreaterThan(400);
  });
});
