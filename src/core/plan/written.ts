import type { ObjectRef, TestbedObject } from '../../api/object.ts';
import type { Problem } from './problem.ts';

/** What is below `desired/` now: a parsed object, or what keeps it from being one. */
export type WrittenObject = {
  readonly ref: ObjectRef;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  /** The key is on a lease. */
  readonly leased?: true;
} & ({ readonly object: TestbedObject } | { readonly problems: readonly Problem[] });
