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
}

/** The value of an accepted record's key. */
export const encodeAccepted = (record: AcceptedRecord): string =>
  JSON.stringify({ generation: record.generation, object: record.object });
