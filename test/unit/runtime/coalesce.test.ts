import { describe, expect, it } from 'vitest';
import { Coalescer } from '../../../src/runtime/coalesce.ts';
import { ManualClock, settle } from './manual-clock.ts';

interface Fetch {
  readonly resolve: (value: string) => void;
  readonly reject: (error: Error) => void;
}

const bench = (maxAgeMs?: number) => {
  const clock = new ManualClock();
  const fetches: Fetch[] = [];
  const cache = new Coalescer<string>(
    () => new Promise((resolve, reject) => fetches.push({ resolve, reject })),
    maxAgeMs === undefined ? { clock } : { clock, maxAgeMs },
  );
  /** Ends the n-th fetch with the value `v<n>`. */
  const finish = async (n: number): Promise<void> => {
    await settle();
    fetches[n - 1]?.resolve(`v${n}`);
    await settle();
  };
  return { clock, cache, fetches, finish };
};

describe('Coalescer', () => {
  it('shares one fetch among all that ask in one turn', async () => {
    const { cache, fetches, finish } = bench();
    const values = [cache.fresh(), cache.read(), cache.fresh()];
    await finish(1);
    expect(await Promise.all(values)).toEqual(['v1', 'v1', 'v1']);
    expect(fetches).toHaveLength(1);
  });

  it('gives those who ask for a fresh value during a fetch the next one, and all of them the same', async () => {
    const { cache, fetches, finish } = bench();
    const first = cache.fresh();
    await settle();
    const later = [cache.fresh(), cache.fresh()];
    await settle();
    expect(fetches).toHaveLength(1);
    await finish(1);
    const last = cache.fresh();
    await finish(2);
    await finish(3);
    expect(await first).toBe('v1');
    expect(await Promise.all(later)).toEqual(['v2', 'v2']);
    expect(await last).toBe('v3');
    expect(fetches).toHaveLength(3);
  });

  it('reads the cached value while it is clean, without another fetch', async () => {
    const { cache, fetches, finish } = bench();
    void cache.read();
    await finish(1);
    expect(await cache.read()).toBe('v1');
    expect(fetches).toHaveLength(1);
    cache.invalidate();
    const read = cache.read();
    await finish(2);
    expect(await read).toBe('v2');
  });

  it('joins the fetch in flight with read, unless something was invalidated since it began', async () => {
    const { cache, fetches, finish } = bench();
    const first = cache.read();
    await settle();
    const joined = cache.read();
    cache.invalidate();
    const afterwards = cache.read();
    await finish(1);
    await finish(2);
    expect(await Promise.all([first, joined, afterwards])).toEqual(['v1', 'v1', 'v2']);
    expect(await cache.read()).toBe('v2');
    expect(fetches).toHaveLength(2);
  });

  it('does not take the result of a fetch for clean that was invalidated on the way', async () => {
    const { cache, fetches, finish } = bench();
    void cache.read();
    await settle();
    cache.invalidate();
    await finish(1);
    void cache.read();
    await settle();
    expect(fetches).toHaveLength(2);
  });

  it('gives a failure to all who wait and stays dirty', async () => {
    const { cache, fetches, finish } = bench();
    const waiting = Promise.allSettled([cache.read(), cache.fresh()]);
    await settle();
    const next = cache.fresh();
    fetches[0]?.reject(new Error('engine is gone'));
    expect(await waiting).toMatchObject([
      { status: 'rejected', reason: { message: 'engine is gone' } },
      { status: 'rejected', reason: { message: 'engine is gone' } },
    ]);
    await finish(2);
    expect(await next).toBe('v2');
  });

  it('drops the cached value when a later fetch fails', async () => {
    const { cache, fetches, finish } = bench();
    void cache.read();
    await finish(1);
    const failing = cache.fresh().catch(String);
    await settle();
    fetches[1]?.reject(new Error('engine is gone'));
    expect(await failing).toBe('Error: engine is gone');
    const read = cache.read();
    await finish(3);
    expect(await read).toBe('v3');
  });

  it('survives a fetch that throws at once', async () => {
    const clock = new ManualClock();
    let calls = 0;
    const cache = new Coalescer<number>(
      () => {
        calls += 1;
        if (calls === 1) throw new Error('not connected');
        return Promise.resolve(calls);
      },
      { clock },
    );
    await expect(cache.read()).rejects.toThrow('not connected');
    expect(await cache.read()).toBe(2);
  });

  it('fetches again when the value is too old, counted from the start of its fetch', async () => {
    const { clock, cache, fetches, finish } = bench(30_000);
    void cache.read();
    await clock.advance(20_000);
    await finish(1);
    await clock.advance(10_000);
    expect(await cache.read()).toBe('v1');
    await clock.advance(1);
    const read = cache.read();
    await finish(2);
    expect(await read).toBe('v2');
    expect(fetches).toHaveLength(2);
  });
});
