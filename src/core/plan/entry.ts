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
  /** Its key is there, or it is frozen: it is not to be torn down. */
  readonly live: boolean;
  /** A version that is not accepted yet and may be. */
  readonly candidate: TestbedObject | undefined;
}

/** All objects by refText, sorted by it. */
export function entriesOf(
  written: readonly WrittenObject[],
  accepted: readonly AcceptedRecord[],
): ReadonlyMap<string, Entry> {
  const records = new Map(accepted.map((record) => [refText(record.ref), record]));
  const objects = new Map(written.map((object) => [refText(object.ref), object]));
  const refs = new Map<string, ObjectRef>();
  for (const { ref } of [...written, ...accepted]) refs.set(refText(ref), ref);
  const sorted = [...refs].sort(byText(([text]) => text));
  return new Map(
    sorted.map(([text, ref]) => [text, entryOf(ref, text, objects.get(text), records.get(text))]),
  );
}

function entryOf(
  ref: ObjectRef,
  text: string,
  written: WrittenObject | undefined,
  accepted: AcceptedRecord | undefined,
): Entry {
  const object = objectOf(written);
  const annotated = object ?? accepted?.object;
  const frozen = annotated?.metadata.annotations?.[RECONCILE_ANNOTATION] === 'disabled';
  const candidate = frozen || equal(object?.spec, accepted?.object.spec) ? undefined : object;
  return { ref, text, written, accepted, frozen, live: written !== undefined || frozen, candidate };
}

/** The parsed object, if what is written is one. */
export const objectOf = (written: WrittenObject | undefined): TestbedObject | undefined =>
  written !== undefined && 'object' in written ? written.object : undefined;

/** A record whose metadata alone has been edited: its version is the same. */
export function refreshedRecord({ written, accepted, candidate, ref }: Entry): AcceptedRecord | undefined {
  const object = objectOf(written);
  if (object === undefined || accepted === undefined || candidate !== undefined) return undefined;
  if (equal(object.metadata, accepted.object.metadata)) return undefined;
  return { ref, generation: accepted.generation, object: { ...accepted.object, metadata: object.metadata } };
}
