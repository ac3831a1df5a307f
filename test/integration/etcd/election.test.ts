import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EtcdClient } from '../../../src/adapters/etcd/client.ts';
import { StoreError } from '../../../src/core/failure.ts';
import type { Fence } from '../../../src/ports/object-store.ts';
import { type EtcdServer, startEtcd } from '../../support/etcd.ts';
import { eventually } from '../../support/eventually.ts';
import { aborted, clock, connect, forever, freshPrefix, put } from './fixture.ts';

let etcd: EtcdServer;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.close());

/** A TTL that no test waits for: what happens sooner was noticed by other means. */
const LONG_SECONDS = 600;

/** The lease that a key is on; undefined if on none. */
const leaseOf = async (key: string): Promise<string | undefined> => {
  const leases = (await etcd.ctl('lease', 'list')).split('\n').slice(1);
  for (const lease of leases) {
    if ((await etcd.ctl('lease', 'timetolive', '--keys', lease)).includes(key)) return lease;
  }
  return undefined;
};

describe('several operators', () => {
  it('lead one at a time, each after the one before it has resigned', async () => {
    const key = `${freshPrefix()}leader`;
    const leading = new Set<number>();
    const terms: { readonly who: number; readonly fence: Fence }[] = [];
    const operate = async (who: number): Promise<void> => {
      const { store, elect } = connect({ endpoints: [etcd.endpoint] });
      const election = elect(key, LONG_SECONDS, `operator ${who}`);
      for (let turn = 0; turn < 5; turn += 1) {
        const term = await election.campaign(forever);
        expect([...leading]).toEqual([]);
        leading.add(who);
        terms.push({ who, fence: term.fence });
        await store.commit([put(`${key}-work`, String(who))], { fence: term.fence });
        expect((await store.get(key))?.value).toContain(`operator ${who}`);
        expect(term.signal.aborted).toBe(false);
        leading.delete(who);
        await term.resign();
        expect(term.signal.aborted).toBe(true);
      }
    };
    await Promise.all([1, 2, 3].map(operate));
    expect(terms).toHaveLength(15);
    const revisions = terms.map(({ fence }) => fence.createRevision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => Number(a - b)));
  });

  it('hand over within moments', async () => {
    const key = `${freshPrefix()}leader`;
    const [one, other] = [connect({ endpoints: [etcd.endpoint] }), connect({ endpoints: [etcd.endpoint] })];
    const term = await one.elect(key, LONG_SECONDS, 'one').campaign(forever);
    const next = other.elect(key, LONG_SECONDS, 'other').campaign(forever);
    await eventually(
      () =>
        expect(other.lines).toContainEqual(
          expect.objectContaining({
            message: 'standing by',
            fields: expect.objectContaining({
              leader: expect.stringContaining('"identity":"one"') as string,
            }) as object,
          }),
        ),
      { timeoutMs: 5000, message: 'the other stands by, and says who leads' },
    );
    const resignedAt = clock.monotonicMs();
    await term.resign();
    const { fence } = await next;
    console.log(`hand-over took ${(clock.monotonicMs() - resignedAt).toFixed(1)} ms`);
    expect(fence.createRevision).toBeGreaterThan(term.fence.createRevision);
    await expect(one.store.commit([put(`${key}-work`)], { fence: term.fence })).rejects.toMatchObject({
      kind: 'fenced',
    });
  });
});

describe('a term', () => {
  it('lasts as long as it is renewed', async () => {
    const key = `${freshPrefix()}leader`;
    const { store, elect, lines } = connect({ endpoints: [etcd.endpoint] });
    const term = await elect(key, 3, 'me').campaign(forever);
    const until = clock.monotonicMs() + 5000;
    await expect.poll(() => clock.monotonicMs(), { timeout: 8000 }).toBeGreaterThan(until);
    expect(term.signal.aborted).toBe(false);
    // A renewal leaves every other call and stream of the connection alone.
    expect(lines.map(({ message }) => message)).toEqual(['leading']);
    const found = await store.get(key);
    expect(found?.createRevision).toBe(term.fence.createRevision);
    expect(found?.modRevision).toBe(term.fence.createRevision);
    expect(JSON.parse(found?.value ?? '')).toEqual({
      identity: 'me',
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    });
  });

  it.each([
    ['deleted', (key: string) => [['del', key]]],
    [
      'taken',
      (key: string) => [
        ['del', key],
        ['put', key, 'by hand'],
      ],
    ],
  ])('ends at once when its key is %s by hand', async (what, actions) => {
    const key = `${freshPrefix()}leader`;
    const { store, elect } = connect({ endpoints: [etcd.endpoint] });
    const election = elect(key, LONG_SECONDS);
    const term = await election.campaign(forever);
    for (const action of actions(key)) await etcd.ctl(...action);
    const reason = await aborted(term.signal);
    expect(reason).toMatchObject({ kind: 'fenced' });
    expect(reason.message).toMatch(/deleted|taken by by hand/);
    await expect(store.commit([put(`${key}-work`)], { fence: term.fence })).rejects.toMatchObject({
      kind: 'fenced',
    });
    // It does not take the key from whoever has it now, and can stand again.
    await term.resign();
    const holder = await store.get(key);
    expect(holder?.value).toBe(what === 'taken' ? 'by hand' : undefined);
    await etcd.ctl('del', key);
    const again = await election.campaign(forever);
    expect(again.fence.createRevision).toBeGreaterThan(term.fence.createRevision);
  });

  it('goes on when its key is overwritten by hand, and the key still ends with its lease', async () => {
    const key = `${freshPrefix()}leader`;
    const { store, elect } = connect({ endpoints: [etcd.endpoint] });
    const term = await elect(key, LONG_SECONDS, 'me').campaign(forever);
    await etcd.ctl('put', key, 'by hand');
    await eventually(async () => expect((await store.get(key))?.value).toContain('"identity":"me"'), {
      timeoutMs: 5000,
      message: 'the key says again who leads',
    });
    expect(await leaseOf(key)).toBeDefined();
    expect(term.signal.aborted).toBe(false);
    await store.commit([put(`${key}-work`)], { fence: term.fence });
  });

  it('ends before its lease does when etcd is away, and another begins when it is back', async () => {
    const own = await startEtcd();
    try {
      const { elect } = connect({ endpoints: [own.endpoint] });
      const election = elect('/leader', 3);
      const term = await election.campaign(forever);
      const stoppedAt = clock.monotonicMs();
      await own.kill();
      const reason = await aborted(term.signal);
      const endedMs = clock.monotonicMs() - stoppedAt;
      expect(reason.message).toContain('not renewed in time');
      expect(endedMs).toBeLessThan(2300);
      const next = election.campaign(forever);
      await own.start();
      // Not its own old key is waited for: its lease would last for another TTL after the restart.
      expect((await next).fence.createRevision).toBeGreaterThan(term.fence.createRevision);
    } finally {
      await own.close();
    }
  });

  it('ends when its lease is revoked', async () => {
    const key = `${freshPrefix()}leader`;
    const { elect } = connect({ endpoints: [etcd.endpoint] });
    const term = await elect(key, LONG_SECONDS).campaign(forever);
    await etcd.ctl('lease', 'revoke', (await leaseOf(key)) ?? '');
    expect((await aborted(term.signal)).message).toContain('deleted');
  });
});

describe('a campaign', () => {
  it('can be called off while it stands by', async () => {
    const key = `${freshPrefix()}leader`;
    const { elect, lines } = connect({ endpoints: [etcd.endpoint] });
    await elect(key, LONG_SECONDS).campaign(forever);
    const calledOff = new AbortController();
    const campaign = elect(key, LONG_SECONDS).campaign(calledOff.signal);
    await eventually(() => expect(lines.map(({ message }) => message)).toContain('standing by'), {
      timeoutMs: 5000,
      message: 'it stands by',
    });
    calledOff.abort(new Error('shutting down'));
    await expect(campaign).rejects.toThrow('shutting down');
  });

  it('can be called off while etcd is away', async () => {
    const { elect } = connect({ endpoints: ['127.0.0.1:1'] });
    const calledOff = new AbortController();
    const campaign = elect('/leader', LONG_SECONDS).campaign(calledOff.signal);
    const calledOffAt = clock.monotonicMs();
    calledOff.abort(new Error('shutting down'));
    await expect(campaign).rejects.toThrow('shutting down');
    expect(clock.monotonicMs() - calledOffAt).toBeLessThan(500);
  });

  it('does not wait for a key that it has made itself without learning it', async () => {
    const key = `${freshPrefix()}leader`;
    let lost = 0;
    class Forgetful extends EtcdClient {
      override async write<T>(...call: Parameters<EtcdClient['write']>): Promise<T> {
        const reply = await super.write(...call);
        lost += 1;
        if (lost === 1) throw new StoreError('timeout', 'the answer was lost');
        return reply as T;
      }
    }
    const { elect, store } = connect({ endpoints: [etcd.endpoint] }, (...args) => new Forgetful(...args));
    const { fence } = await elect(key, LONG_SECONDS).campaign(forever);
    expect((await store.get(key))?.createRevision).toBe(fence.createRevision);
    expect(lost).toBe(2);
  });
});
