import type { Keys } from '../api/keys.ts';
import { KINDS, refText } from '../api/object.ts';
import type { AcceptedRecord, DeletionMark } from '../core/plan/accepted.ts';
import { type Allocation, allocationKey, decodeAllocation } from '../core/plan/allocation.ts';
import type { StoredEntry } from '../ports/object-store.ts';

/** Reads back what earlier terms accepted. @throws when a record cannot be read: taking it for absent would tear down what runs. */
export function recallAccepted(keys: Keys, entries: readonly StoredEntry[]): Map<string, AcceptedRecord> {
  return new Map(
    entries.map((entry) => [entry.key, record(keys, entry)] as const).map(([, r]) => [refText(r.ref), r]),
  );
}

function record(keys: Keys, entry: StoredEntry): AcceptedRecord {
  const ref = keys.refOf(entry.key);
  if (ref === undefined) throw unreadable(entry.key, 'the key names no object');
  const stored: unknown = JSON.parse(entry.value);
  if (typeof stored !== 'object' || stored === null || !('generation' in stored) || !('object' in stored)) {
    throw unreadable(entry.key, 'expected {"generation", "object"}');
  }
  const object = KINDS[ref.kind].schema.safeParse(stored.object);
  if (!object.success) throw unreadable(entry.key, object.error.message);
  return {
    ref,
    generation: Number(stored.generation),
    object: object.data,
    ...guardFields(entry.key, stored),
  };
}

const MARKS: readonly unknown[] = ['held', 'passed', 'confirmed'] satisfies DeletionMark[];

/** What is known of the object's key, and what was decided about its deletion. */
function guardFields(key: string, stored: object): Pick<AcceptedRecord, 'created' | 'leased' | 'deletion'> {
  const { created, leased, deletion } = stored as Readonly<Record<string, unknown>>;
  if (deletion !== undefined && !MARKS.includes(deletion))
    throw unreadable(key, `"deletion" is ${JSON.stringify(deletion)}; expected ${MARKS.join(', ')}`);
  return {
    ...(typeof created === 'number' && { created: BigInt(created) }),
    ...(leased === true && { leased }),
    ...(deletion !== undefined && { deletion: deletion as DeletionMark }),
  };
}

/** Reads back all claims. @throws as above. */
export function recallAllocations(keys: Keys, entries: readonly StoredEntry[]): Map<string, Allocation> {
  return new Map(
    entries.map((entry) => {
      const allocation = decodeAllocation(
        entry.key.slice(keys.allocations.length),
        entry.value,
        entry.createRevision,
      );
      if (allocation === undefined)
        throw unreadable(entry.key, 'expected {"value", "owner"} that fit the key');
      return [allocationKey(allocation), allocation];
    }),
  );
}

const unreadable = (key: string, why: string): Error =>
  new Error(
    `${key} cannot be read (${why}). It is the operator's own; restore it from a backup. Nothing is changed before.`,
  );
