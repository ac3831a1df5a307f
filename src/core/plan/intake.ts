import type { ObjectRef, TestbedObject } from '../../api/object.ts';
import type { AcceptedRecord } from './accepted.ts';
import type { Allocation, NewClaim } from './allocation.ts';
import type { DesiredState } from './desired.ts';
import type { Problem } from './problem.ts';
import type { PlanSettings } from './settings.ts';

/** What is below `desired/` now: a parsed object, or what keeps it from being one. */
export type WrittenObject = {
  readonly ref: ObjectRef;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
} & ({ readonly object: TestbedObject } | { readonly problems: readonly Problem[] });

/** What of the testbed still exists in Docker, planned or not. */
export interface Lingering {
  /** Keys (labels) of networks and workloads. */
  readonly keys: ReadonlySet<string>;
  /** CIDRs of the testbed's networks: tells a link's old network from its new one, since both have one key. */
  readonly subnets: ReadonlySet<string>;
}

export interface Testbed {
  /** Such as `/hinge`. */
  readonly prefix: string;
  /** UID of `/hinge/cluster`. */
  readonly uid: string;
  /** Create revision of `/hinge/cluster`. */
  readonly createRevision: bigint;
}

export interface IntakeInput {
  readonly written: readonly WrittenObject[];
  readonly accepted: readonly AcceptedRecord[];
  readonly allocations: readonly Allocation[];
  /** undefined: not known, so nothing is forgotten, and nothing released for being gone. */
  readonly lingering: Lingering | undefined;
  readonly settings: PlanSettings;
  readonly testbed: Testbed;
}

/**
 * What is to be written to the store. In any order and any number of transactions: each part alone leaves a state that
 * the next call completes. No value is in both `take` and `release`.
 */
export interface IntakeChanges {
  /** Records to put, also over older ones. */
  readonly accept: readonly AcceptedRecord[];
  /** Records to delete: the object's key is gone and nothing of it is left. */
  readonly forget: readonly ObjectRef[];
  /** Claims to create; their keys are absent. */
  readonly take: readonly NewClaim[];
  /** Claims to delete: nobody wants them and nothing of theirs lingers, or another object is now to have the value. */
  readonly release: readonly Allocation[];
}

export interface Intake {
  readonly changes: IntakeChanges;
  /** True when there is nothing to write: only then act on `desired`. */
  readonly settled: boolean;
  /** By refText; only objects that have some. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** By refText: why an object whose key is gone is kept, such as `still named by Path/long-way`. */
  readonly kept: ReadonlyMap<string, string>;
  /** By refText: objects that the reconcile annotation freezes. */
  readonly frozen: ReadonlySet<string>;
  /** Objects whose key is gone and whose teardown is under way. */
  readonly removing: readonly ObjectRef[];
  /** Planned from the given accepted records and claims alone; nothing that is still in `changes`. */
  readonly desired: DesiredState;
}

/**
 * Decides what of the written objects is accepted, which values everything has, and what should therefore run.
 * The caller commits `changes` and calls again with the result, until `settled`.
 */
export function intake(_input: IntakeInput): Intake {
  throw new Error('not there yet');
}
