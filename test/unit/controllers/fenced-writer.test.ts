import { describe, expect, it } from 'vitest';
import { FencedWriter } from '../../../src/controllers/fenced-writer.ts';
import { StoreError } from '../../../src/core/failure.ts';
import type { Write } from '../../../src/ports/object-store.ts';
import { MemoryStore } from '../../support/model/memory-store.ts';

const put = (key: string, value = ''): Write => ({ type: 'put', key, value });

/** A store that counts what it is asked to commit, and a writer to it that leads. */
function bench() {
  const commits: string[][] = [];
  class CountingStore extends MemoryStore {
    override commit(...args: Parameters<MemoryStore['commit']>): ReturnType<MemoryStore['commit']> {
      commits.push(args[0].map(({ key }) => key));
      return super.commit(...args);
    }
  }
  const store = new CountingStore();
  return { commits, store, writer: new FencedWriter(store, store.lead('/leader')) };
}

describe('what many reconciles write', () => {
  it('shares a commit', async () => {
    const { commits, writer } = bench();
    await Promise.all([writer.write([put('/a')]), writer.write([put('/b'), put('/c')])]);
    expect(commits).toEqual([['/a', '/b', '/c']]);
  });

  it('takes another commit when it has more bytes than etcd takes in one', async () => {
    const { commits, writer } = bench();
    const large = 'x'.repeat(700_000);
    await Promise.all(['/a', '/b', '/c'].map((key) => writer.write([put(key, large)])));
    expect(commits).toEqual([['/a'], ['/b'], ['/c']]);
  });

  it('takes another commit when it has more writes than etcd takes in one', async () => {
    const { commits, writer } = bench();
    const keys = Array.from({ length: 250 }, (_, at) => `/k${String(at)}`);
    await Promise.all(keys.map((key) => writer.write([put(key)])));
    expect(commits.map((commit) => commit.length)).toEqual([120, 120, 10]);
    expect(commits.flat()).toEqual(keys);
  });

  it('takes another commit for a key that comes again', async () => {
    const { commits, store, writer } = bench();
    await Promise.all([writer.write([put('/a', 'old')]), writer.write([put('/a', 'new')])]);
    expect(commits).toEqual([['/a'], ['/a']]);
    expect((await store.get('/a'))?.value).toBe('new');
  });

  it('is refused when another operator leads', async () => {
    const { store, writer } = bench();
    store.lead('/leader');
    await expect(writer.write([put('/a')])).rejects.toBeInstanceOf(StoreError);
    expect(await store.get('/a')).toBeUndefined();
  });
});
