import { expect } from 'vitest';
import type { StoreEntry } from './store.ts';

/** Expects that nothing was written to etcd between the two: the same keys, each at the revision that it had. */
export function expectNothingWritten(
  before: ReadonlyMap<string, StoreEntry>,
  after: ReadonlyMap<string, StoreEntry>,
): void {
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const changed = keys.filter((key) => before.get(key)?.modRevision !== after.get(key)?.modRevision);
  const shown = changed.map(
    (key) => `${key}: ${before.get(key)?.value ?? '-'} → ${after.get(key)?.value ?? '-'}`,
  );
  expect(shown).toEqual([]);
}
