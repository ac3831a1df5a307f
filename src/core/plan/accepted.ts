import type { ObjectRef, TestbedObject } from '../../api/object.ts';

/**
 * The last valid version of an object: what hinge plans from, whatever users have written since. The operator keeps it
 * at `accepted/<plural>/<name>`, so that a bad edit leaves the last good version running, a deleted Router that is still
 * named stays, and a teardown that a crash interrupted goes on.
 */
export interface AcceptedRecord {
  readonly ref: ObjectRef;
  readonly object: TestbedObject;
  /** Counter of accepted spec changes, from 1; an edit of metadata alone keeps it. */
  readonly generation: number;
  /** Create revision that the object's key had when it was last seen: tells it from a later object of its name. */
  readonly created?: bigint;
  /** Its key is on a lease: when that ends, so does the object, and nobody needs to confirm it. */
  readonly leased?: true;
  /** Its key is gone, and this was decided about that. */
  readonly deletion?: DeletionMark;
}

/** `held` until somebody confirms it; `passed` since few went with it; `confirmed` by a user, or by the end of a lease. */
export type DeletionMark = 'held' | 'passed' | 'confirmed';

/** The value of an accepted record's key. */
export const encodeAccepted = ({ generation, created, leased, deletion, object }: AcceptedRecord): string =>
  JSON.stringify({
    generation,
    created: created === undefined ? created : Number(created),
    leased,
    deletion,
    object,
  });
