import { describe, expect, it } from 'vitest';
import { clock, connect, del, etcdForThisTest, failureOf, put } from './fixture.ts';

describe('an object that etcd does not take', () => {
  it('is "too-large", whether etcd says so or gRPC before it', async () => {
    const etcd = await etcdForThisTest();
    const { store } = connect({ endpoints: [etcd.endpoint] });
    for (const size of [1_600_000, 2_500_000, 6_000_000]) {
      const error = await failureOf(store.commit([put('/p/large', 'x'.repeat(size))], {}));
      expect(error).toMatchObject({ kind: 'too-large' });
      expect(error.message).toMatch(/put \/p\/large.*127\.0\.0\.1.*--max-request-bytes/);
      // The connection is as good as before.
      await store.commit([put('/p/small', 'x')], {});
    }
  });

  it('is "too-large" when only all of them together are', async () => {
    const etcd = await etcdForThisTest({ maxRequestBytes: 1000 });
    const { store } = connect({ endpoints: [etcd.endpoint] });
    const writes = Array.from({ length: 100 }, (_, at) => put(`/p/${at}`, 'xxxxxxxx'));
    await expect(store.commit(writes, {})).rejects.toMatchObject({ kind: 'too-large' });
  });
});

describe('an etcd that is out of space', () => {
  it('says so, still answers and deletes, and keeps its leader', async () => {
    const etcd = await etcdForThisTest({ quotaBytes: 500_000 });
    const { store, elect } = connect({ endpoints: [etcd.endpoint] });
    await store.commit([put('/p/a', '1'), put('/p/b', '2')], {});
    const term = await elect('/p/leader', 3).campaign(new AbortController().signal);
    const { fence } = term;
    const fill = async (): Promise<void> => {
      for (;;) await store.commit([put('/p/fill', 'x'.repeat(100_000))], { fence });
    };
    const error = await failureOf(fill());
    expect(error).toMatchObject({ kind: 'no-space' });
    expect(error.message).toMatch(/put \/p\/fill.*127\.0\.0\.1.*etcdctl alarm disarm/);
    await expect(store.grantLease(60)).rejects.toMatchObject({ kind: 'no-space' });
    expect(await store.alarms()).toEqual(['NOSPACE']);

    expect((await store.get('/p/a'))?.value).toBe('1');
    await store.commit([del('/p/a')], { fence });
    expect(await store.get('/p/a')).toBeUndefined();
    const longAfter = clock.monotonicMs() + 1.7 * 3000;
    await expect.poll(() => clock.monotonicMs(), { timeout: 8000 }).toBeGreaterThan(longAfter);
    expect(term.signal.aborted).toBe(false);
    await term.resign();
    expect(await store.get('/p/leader')).toBeUndefined();
  });
});
