import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_OPERATIONS } from '../../../src/core/transaction.ts';
import type { Fence, Guard } from '../../../src/ports/object-store.ts';
import { type EtcdServer, startEtcd } from '../../support/etcd.ts';
import { type Connection, connect, del, failureOf, freshPrefix, put } from './fixture.ts';

let etcd: EtcdServer;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.close());

const connectHere = (): Connection => connect({ endpoints: [etcd.endpoint] });

/** A leader key, and the fence of the operator that created it. */
const leadership = async ({ store }: Connection): Promise<Fence> => {
  const key = `${freshPrefix()}leader`;
  return { key, createRevision: (await store.commit([put(key)], {})).revision };
};

describe('a commit', () => {
  it('writes everything at one revision', async () => {
    const { store } = connectHere();
    const prefix = freshPrefix();
    await store.commit([put(`${prefix}old`)], {});
    const { revision } = await store.commit(
      [put(`${prefix}a`, '1'), put(`${prefix}b`, '2'), del(`${prefix}old`)],
      {},
    );
    expect(await store.list(prefix)).toEqual({
      revision,
      entries: [
        { key: `${prefix}a`, value: '1', createRevision: revision, modRevision: revision, leased: false },
        { key: `${prefix}b`, value: '2', createRevision: revision, modRevision: revision, leased: false },
      ],
    });
  });

  it('takes as many writes and guards as it says, with a fence', async () => {
    const connection = connectHere();
    const fence = await leadership(connection);
    const prefix = freshPrefix();
    const keys = Array.from({ length: MAX_OPERATIONS }, (_, at) => `${prefix}${at}`);
    const guards = keys.map((key): Guard => ({ type: 'absent', key }));
    const writes = keys.map((key) => put(key));
    await connection.store.commit(writes, { fence, guards });
    expect((await connection.store.list(prefix)).entries).toHaveLength(MAX_OPERATIONS);
    const error = await failureOf(connection.store.commit(writes, { fence, guards }));
    expect(error.kind).toBe('conflict');
  });

  it('without writes asks nobody', async () => {
    const { store } = connect({ endpoints: ['127.0.0.1:1'] });
    await expect(store.commit([], { fence: { key: '/l', createRevision: 1n } })).resolves.toBeDefined();
  });

  it('of too many operations is refused with their number', async () => {
    const { store } = connectHere();
    const writes = Array.from({ length: MAX_OPERATIONS + 1 }, (_, at) => put(`/${at}`));
    const error = await failureOf(store.commit(writes, {}));
    expect(error).toMatchObject({ kind: 'too-large' });
    expect(error.message).toContain(`${MAX_OPERATIONS + 1} writes`);
  });

  it('that writes one key twice is refused with its name', async () => {
    const error = await failureOf(connectHere().store.commit([put('/a'), put('/b'), del('/b')], {}));
    expect(error).toMatchObject({ kind: 'invalid' });
    expect(error.message).toContain('/b is written twice');
  });

  it('on a lease that is gone is refused', async () => {
    const { store } = connectHere();
    const error = await failureOf(store.commit([{ type: 'put', key: '/a', value: '', lease: '4711' }], {}));
    expect(error).toMatchObject({ kind: 'invalid' });
    expect(error.message).toMatch(/lease not found/);
  });
});

describe('the fence', () => {
  it('holds while the leader key is the one that this operator created, whatever it says', async () => {
    const connection = connectHere();
    const fence = await leadership(connection);
    const key = freshPrefix();
    await connection.store.commit([put(key, '1')], { fence });
    await etcd.ctl('put', fence.key, 'other words');
    await connection.store.commit([put(key, '2')], { fence });
    expect((await connection.store.get(key))?.value).toBe('2');
  });

  it.each([
    ['the leader key is gone', (key: string) => [['del', key]]],
    [
      'another operator created it',
      (key: string) => [
        ['del', key],
        ['put', key, ''],
      ],
    ],
  ])('refuses everything when %s', async (_, actions) => {
    const connection = connectHere();
    const fence = await leadership(connection);
    for (const action of actions(fence.key)) await etcd.ctl(...action);
    const prefix = freshPrefix();
    const writes = [put(`${prefix}a`), del(fence.key)];
    // With a guard that fails as well, leadership is told first.
    for (const guards of [[], [{ type: 'unchanged', key: `${prefix}b`, modRevision: 1n } as const]]) {
      const error = await failureOf(connection.store.commit(writes, { fence, guards }));
      expect(error).toMatchObject({ kind: 'fenced', name: 'StoreError' });
      expect(error.message).toContain(fence.key);
    }
    expect((await connection.store.list(prefix)).entries).toEqual([]);
  });
});

describe('a guard', () => {
  it.each([
    ['absent', 'it is there'],
    ['unchanged', 'it was edited'],
    ['unchanged', 'it was deleted'],
    ['unchanged', 'it was deleted and created again'],
  ] as const)('"%s" refuses when %s, and the conflict names the key', async (type, what) => {
    const connection = connectHere();
    const { store } = connection;
    const fence = await leadership(connection);
    const prefix = freshPrefix();
    const key = `${prefix}guarded`;
    const { revision } = await store.commit([put(key, '1')], {});
    if (what === 'it was edited') await store.commit([put(key, '2')], {});
    if (what.startsWith('it was deleted')) await store.commit([del(key)], {});
    if (what.endsWith('again')) await store.commit([put(key, '1')], {});
    const held: Guard = { type: 'absent', key: `${prefix}other` };
    const broken: Guard = type === 'absent' ? { type, key } : { type, key, modRevision: revision };
    const error = await failureOf(store.commit([put(`${prefix}new`)], { fence, guards: [held, broken] }));
    expect(error).toMatchObject({ kind: 'conflict' });
    expect(error.message).toContain(`${key} changed meanwhile`);
    expect(await store.get(`${prefix}new`)).toBeUndefined();
  });

  it('lets one of several at once through', async () => {
    const { store } = connectHere();
    const key = freshPrefix();
    const claims = await Promise.allSettled(
      Array.from({ length: 20 }, (_, at) =>
        store.commit([put(key, String(at))], { guards: [{ type: 'absent', key }] }),
      ),
    );
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = claims.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason as unknown] : []));
    expect(refused).toHaveLength(19);
    for (const reason of refused) expect(reason).toMatchObject({ kind: 'conflict' });
  });
});
