import equal from 'fast-deep-equal';
import { RECONCILE_ANNOTATION } from '../../api/meta.ts';
import { type ObjectRef, refText, type TestbedObject } from '../../api/object.ts';
import type { AcceptedRecord } from './accepted.ts';
import { byText } from './sorting.ts';
import type { WrittenObject } from './written.ts';

/** One object: what is written of it, and what was accepted. At least one of the two is there. */
export interface Entry {
  readonly ref: ObjectRef;
  /** refText. */
  readonly text: string;
  readonly written: WrittenObject | undefined;
  readonly accepted: AcceptedRecord | undefined;
  /** The reconcile annotation says `disabled`: stays exactly as accepted, even if its key goes. */
  readonly frozen: boolean;
  /** Its key is gone, and its removal is held, or not decided yet. */
  readonly waits: boolean;
  /** Its key is there, or it is frozen, or it waits: it is not to be torn down. */
  readonly live: boolean;
  /** A version that is not accepted yet and may be. */
  readonly candidate: TestbedObject | undefined;
}

/**
 * All objects by refText, sorted by it.
 * @param guarded whether an object whose key is gone waits until its removal is decided.
 */
export function entriesOf(
  written: readonly WrittenObject[],
  accepted: readonly AcceptedRecord[],
  guarded: boolean,
): ReadonlyMap<string, Entry> {
  const records = new Map(accepted.map((record) => [refText(record.ref), record]));
  const objects = new Map(written.map((object) => [refText(object.ref), object]));
  const refs = new Map<string, ObjectRef>();
  for (const { ref } of [...written, ...accepted]) refs.set(refText(ref), ref);
  const sorted = [...refs].sort(byText(([text]) => text));
  return new Map(
    sorted.map(([text, ref]) => [text, entryOf(ref, text, objects.get(text), records.get(text), guarded)]),
  );
}

function entryOf(
  ref: ObjectRef,
  text: string,
  written: WrittenObject | undefined,
  accepted: AcceptedRecord | undefined,
  guarded: boolean,
): Entry {
  const object = objectOf(written);
  const annotated = object ?? accepted?.object;
  const frozen = annotated?.metadata.annotations?.[RECONCILE_ANNOTATION] === 'disabled';
  const candidate = frozen || equal(object?.spec, accepted?.object.spec) ? undefined : object;
  const decided = accepted?.deletion === 'passed' || accepted?.deletion === 'confirmed';
  const waits = guarded && written === undefined && !frozen && !decided;
  const live = written !== undefined || frozen || waits;
  return { ref, text, written, accepted, frozen, waits, live, candidate };
}

/** The parsed object, if what is written is one. */
export const objectOf = (written: WrittenObject | undefined): TestbedObject | undefined =>
  written !== undefined && 'object' in written ? written.object : undefined;

/** What a record keeps of the key that its object is written at. */
export const originOf = ({
  createRevision,
  leased,
}: WrittenObject): Pick<AcceptedRecord, 'created' | 'leased'> => ({
  created: createRevision,
  ...(leased === true && { leased }),
});

/** A record whose version is the same, but not its metadata, or its key: that was deleted and came back, or went on a lease. */
export function refreshedRecord({ written, accepted, candidate, ref }: Entry): AcceptedRecord | undefined {
  if (written === undefined || accepted === undefined) return undefined;
  const same = candidate === undefined ? objectOf(written) : undefined;
  const metadata = same?.metadata ?? accepted.object.metadata;
  const object = { ...accepted.object, metadata };
  const record: AcceptedRecord = { ref, generation: accepted.generation, object, ...originOf(written) };
  return equal(record, accepted) ? undefined : record;
}
