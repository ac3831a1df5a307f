import type { ObjectRef } from '../../api/object.ts';
import { jsonFields } from '../json.ts';

/** A user's word that an object is to be removed, at `confirm/<plural>/<name>` until the operator has used it. */
export interface Confirmation {
  readonly ref: ObjectRef;
  /**
   * Create revision of the key of the object that is meant. An object that is written anew under the name has a higher
   * one, so that no confirmation outlives what it is about.
   */
  readonly created: bigint;
  /** Of the confirmation itself. */
  readonly modRevision: bigint;
}

/** The value of a confirmation's key. */
export const encodeConfirmation = (created: bigint): string => JSON.stringify({ created: Number(created) });

/** What cannot be read confirms nothing: -1 is older than every object. */
export function decodeConfirmation(ref: ObjectRef, value: string, modRevision: bigint): Confirmation {
  return { ref, created: createdIn(value), modRevision };
}

function createdIn(value: string): bigint {
  const created = jsonFields(value)?.['created'];
  return typeof created === 'number' && Number.isSafeInteger(created) ? BigInt(created) : -1n;
}
