import { describe, expect, it } from 'vitest';
import { Keys } from '../../../src/api/keys.ts';
import type { RouterStatus } from '../../../src/api/status.ts';
import { FencedWriter } from '../../../src/controllers/fenced-writer.ts';
import { StatusBook } from '../../../src/controllers/status-book.ts';
import { StoreError } from '../../../src/core/failure.ts';
import { MemoryStore } from '../../support/model/memory-store.ts';

const KEYS = new Keys('/hinge');
const REF = { kind: 'Router', name: 'r1' } as const;
const statusOf = (observedGeneration: number): RouterStatus => ({ observedGeneration, conditions: [] });

/** A store whose answers may be lost after it did what it was asked for. */
class LossyStore extends MemoryStore {
  lossy = false;
  override async commit(...args: Parameters<MemoryStore['commit']>): ReturnType<MemoryStore['commit']> {
    const result = await super.commit(...args);
    if (this.lossy) throw new StoreError('unavailable', 'connection dropped');
    return result;
  }
}

function bench() {
  const store = new LossyStore();
  const book = new StatusBook(KEYS, new FencedWriter(store, store.lead('/hinge/leader')), []);
  const stored = async (): Promise<string | undefined> => (await store.get(KEYS.statusOf(REF)))?.value;
  const lose = async (generation: number): Promise<void> => {
    store.lossy = true;
    await expect(book.put(REF, statusOf(generation))).rejects.toThrow('connection dropped');
    store.lossy = false;
  };
  return { book, stored, lose };
}

describe('a status whose write failed, but took place', () => {
  it('is removed with its object', async () => {
    const { book, stored, lose } = bench();
    await lose(1);
    expect(await stored()).toBeDefined();
    await book.remove(REF);
    expect(await stored()).toBeUndefined();
  });

  it('is written again, also when it is what it was before', async () => {
    const { book, stored, lose } = bench();
    await book.put(REF, statusOf(1));
    const before = await stored();
    await lose(2);
    expect(await stored()).not.toBe(before);
    expect(await book.put(REF, statusOf(1))).toBe(true);
    expect(await stored()).toBe(before);
    expect(await book.put(REF, statusOf(1))).toBe(false);
  });
});
