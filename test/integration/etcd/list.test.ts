import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { EtcdClient } from '../../../src/adapters/etcd/client.ts';
import { PAGE_SIZE } from '../../../src/adapters/etcd/listing.ts';
import { MAX_OPERATIONS } from '../../../src/core/transaction.ts';
import { type EtcdServer, startEtcd } from '../../support/etcd.ts';
import { connect, del, etcdForThisTest, freshPrefix, put, type Connection } from './fixture.ts';

let etcd: EtcdServer;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.close());

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(5, '0')}`);

const putAll = async ({ store }: Connection, keys: readonly string[], value = ''): Promise<void> => {
  for (let at = 0; at < keys.length; at += MAX_OPERATIONS) {
    await store.commit(
      keys.slice(at, at + MAX_OPERATIONS).map((key) => put(key, value)),
      {},
    );
  }
};

describe('a listing', () => {
  it('has every key below the prefix, sorted, and no other', async () => {
    const connection = connect({ endpoints: [etcd.endpoint] });
    const prefix = freshPrefix();
    const keys = numbered(prefix, 2 * PAGE_SIZE + 1);
    await putAll(connection, keys.toReversed(), 'v');
    await putAll(connection, [prefix.slice(0, -1), `${prefix.slice(0, -1)}0`]);
    const { entries } = await connection.store.list(prefix);
    expect(entries.map(({ key }) => key)).toEqual(keys);
    expect(new Set(entries.map(({ value }) => value))).toEqual(new Set(['v']));
  });

  it.each([0, 1, PAGE_SIZE, PAGE_SIZE + 1])('has %i keys', async (count) => {
    const connection = connect({ endpoints: [etcd.endpoint] });
    const keys = numbered(freshPrefix(), count);
    await putAll(connection, keys);
    const { entries } = await connection.store.list(keys[0]?.slice(0, -5) ?? freshPrefix());
    expect(entries).toHaveLength(count);
  });

  it('is of one revision, however many pages it has and whatever is written meanwhile', async () => {
    const connection = connect({ endpoints: [etcd.endpoint] });
    const { store } = connection;
    const prefix = freshPrefix();
    await putAll(connection, numbered(prefix, 3 * PAGE_SIZE));
    const [first, last] = [`${prefix}!`, `${prefix}~`];
    const done = new AbortController();
    const writer = (async () => {
      for (let turn = 0; !done.signal.aborted; turn += 1) {
        const value = String(turn);
        await store.commit([put(first, value), put(last, value), put(`${prefix}00300x${value}`)], {});
        if (turn > 0) await store.commit([del(`${prefix}00300x${String(turn - 1)}`)], {});
      }
    })();
    const seen = new Set<string | undefined>();
    for (let round = 0; round < 30; round += 1) {
      const { entries, revision } = await store.list(prefix);
      const byKey = new Map(entries.map((entry) => [entry.key, entry]));
      expect(byKey.get(first)?.value).toBe(byKey.get(last)?.value);
      expect(entries.every(({ modRevision }) => modRevision <= revision)).toBe(true);
      seen.add(byKey.get(first)?.value);
    }
    done.abort();
    await writer;
    expect(seen.size).toBeGreaterThan(5);
  });

  it('begins anew when its revision is compacted between two pages', async () => {
    let interruptions = 0;
    const prefix = freshPrefix();
    class Interrupted extends EtcdClient {
      override async read<T>(...call: Parameters<EtcdClient['read']>): Promise<T> {
        const reply = await super.read(...call);
        if (interruptions < 2) {
          interruptions += 1;
          const { header } = JSON.parse(await etcd.ctl('put', `${prefix}x`, 'new', '-w', 'json')) as {
            header: { revision: number };
          };
          await etcd.ctl('compaction', String(header.revision));
        }
        return reply as T;
      }
    }
    await putAll(connect({ endpoints: [etcd.endpoint] }), numbered(prefix, PAGE_SIZE + 1));
    const { store } = connect({ endpoints: [etcd.endpoint] }, (...args) => new Interrupted(...args));
    const { entries } = await store.list(prefix);
    expect(entries).toHaveLength(PAGE_SIZE + 2);
    expect(entries.at(-1)).toMatchObject({ key: `${prefix}x`, value: 'new' });
    expect(interruptions).toBe(2);
  });

  it('takes replies that are larger than the 4 MiB of gRPC', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const prefix = freshPrefix();
    const value = 'x'.repeat(1_400_000);
    for (const key of numbered(prefix, 5)) await store.commit([put(key, value)], {});
    const { entries } = await store.list(prefix);
    expect(entries.map((entry) => entry.value === value)).toEqual([true, true, true, true, true]);
  });

  it('takes values of a server that allows larger ones', async () => {
    const generous = await etcdForThisTest({ maxRequestBytes: 8 * 1024 * 1024 });
    const { store } = connect({ endpoints: [generous.endpoint] });
    const value = 'x'.repeat(6_000_000);
    await store.commit([put('/large', value)], {});
    expect((await store.get('/large'))?.value).toBe(value);
  });
});

describe('a key', () => {
  it('that is not there is undefined', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    expect(await store.get(freshPrefix())).toBeUndefined();
  });

  it('tells an edit from a deletion and new creation', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const key = freshPrefix();
    const created = await store.commit([put(key, '1')], {});
    const edited = await store.commit([put(key, '2')], {});
    expect(await store.get(key)).toEqual({
      key,
      value: '2',
      createRevision: created.revision,
      modRevision: edited.revision,
      leased: false,
    });
    await store.commit([del(key)], {});
    const again = await store.commit([put(key, '3')], {});
    expect(await store.get(key)).toMatchObject({ value: '3', createRevision: again.revision });
  });

  it('is known to be on a lease until it is written without one', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const key = freshPrefix();
    await store.commit([{ type: 'put', key, value: '1', lease: await store.grantLease(600) }], {});
    expect(await store.get(key)).toMatchObject({ value: '1', leased: true });
    await store.commit([put(key, '2')], {});
    expect(await store.get(key)).toMatchObject({ value: '2', leased: false });
  });

  it('is text in UTF-8', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const key = `${freshPrefix()}横須賀`;
    await store.commit([put(key, 'ルータ ✔')], {});
    expect(await store.get(key)).toMatchObject({ key, value: 'ルータ ✔' });
    expect(await etcd.ctl('get', key, '--print-value-only')).toBe('ルータ ✔');
  });

  it('of a store that is closed is an error, not undefined', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint] });
    onTestFinished(() => store.close());
    await store.close();
    await expect(store.get('/a')).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
