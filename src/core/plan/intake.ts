import { type ObjectRef, refText, type TestbedObject } from '../../api/object.ts';
import type { Confirmation } from '../guard/confirmation.ts';
import { type DeletionGuard, deletionsOf, type Hold } from '../guard/deletions.ts';
import type { AcceptedRecord } from './accepted.ts';
import { allocate } from './allocate.ts';
import type { Allocation, NewClaim } from './allocation.ts';
import { Arbitration } from './arbitration.ts';
import { claimChanges } from './claim-changes.ts';
import { CommittedClaims } from './committed-claims.ts';
import type { DesiredState } from './desired.ts';
import { entriesOf, type Entry, originOf, refreshedRecord } from './entry.ts';
import type { Finding } from './finding.ts';
import type { Lingering } from './lingering.ts';
import type { Problem } from './problem.ts';
import type { Register } from './register.ts';
import type { PlanSettings } from './settings.ts';
import { NO_SECRETS, type Secrets } from './session-terms.ts';
import { type Standing, standingOf } from './standing.ts';
import { desiredStateOf } from './state.ts';
import { teardownOf } from './teardown.ts';
import type { Testbed } from './testbed.ts';
import { type Topology, topologyOf } from './topology.ts';
import type { WrittenObject } from './written.ts';

export type { Lingering } from './lingering.ts';
export type { Testbed } from './testbed.ts';
export type { WrittenObject } from './written.ts';

export interface IntakeInput {
  readonly written: readonly WrittenObject[];
  readonly accepted: readonly AcceptedRecord[];
  readonly allocations: readonly Allocation[];
  /** undefined: not known, so nothing is forgotten, and nothing released for being gone. */
  readonly lingering: Lingering | undefined;
  readonly settings: PlanSettings;
  readonly testbed: Testbed;
  /** Undefined: whatever is deleted goes. */
  readonly guard?: DeletionGuard;
  /** Undefined: none. */
  readonly secrets?: Secrets;
}

/** Each round accepts, takes or frees something; more than this mean that the plan does not settle. */
export const MAX_ROUNDS = 20;

/** After the last round. */
export const unsettled = (): Error =>
  new Error(`the plan did not settle within ${String(MAX_ROUNDS)} rounds; this is a bug of hinge`);

const UNGUARDED: DeletionGuard = { share: undefined, confirmations: [], recent: new Set() };

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
  /** Confirmations to delete: each was used, or is about nothing that is there. */
  readonly spent: readonly Confirmation[];
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
  /** Why deletions are held; undefined: none is. */
  readonly hold: Hold | undefined;
  /** By refText: objects whose key is gone and whose removal is held. */
  readonly held: ReadonlySet<string>;
  /** What `desired` is planned from. */
  readonly topology: Topology;
  /** Planned from the given accepted records and claims alone; nothing that is still in `changes`. */
  readonly desired: DesiredState;
}

/**
 * Decides what of the written objects is accepted, which values everything has, and what should therefore run.
 * The caller commits `changes` and calls again with the result, until `settled`.
 */
export function intake(input: IntakeInput): Intake {
  const { settings, testbed, lingering, guard = UNGUARDED, secrets = NO_SECRETS } = input;
  const entries = entriesOf(input.written, input.accepted, guard.share !== undefined);
  const { decided, spent, hold } = deletionsOf(entries, guard);
  const committed = new CommittedClaims(input.allocations);
  const standing = standingOf(entries, committed, settings);
  const topology = topologyOf(standing.versions, standing.register, committed);
  const desired = desiredStateOf(topology, settings, testbed, secrets);

  const { register, arbitration, exhausted } = decide(entries, committed, settings, standing);
  const accept = [
    ...decided,
    ...[...entries.values()].flatMap((entry) => acceptedRecord(entry, arbitration) ?? []),
  ];
  const versions = new Map(accept.map(({ ref, object }) => [refText(ref), object]));
  const versionOf = (entry: Entry): TestbedObject | undefined =>
    versions.get(entry.text) ?? entry.accepted?.object;
  const { kept, removing, forget } = teardownOf(entries, versionOf, lingering);
  const { take, release } = claimChanges(register, committed, lingering);
  return {
    changes: { accept, forget, take, release, spent },
    settled: [accept, forget, take, release, spent].every((list) => list.length === 0),
    problems: problemsOf(entries, arbitration, exhausted),
    kept,
    frozen: textsOf(entries, ({ frozen }) => frozen),
    removing,
    hold,
    held: textsOf(entries, ({ waits }) => waits),
    topology,
    desired,
  };
}

const textsOf = (
  entries: ReadonlyMap<string, Entry>,
  which: (entry: Entry) => boolean,
): ReadonlySet<string> => new Set([...entries.values()].filter(which).map(({ text }) => text));

interface Decision {
  readonly register: Register;
  readonly arbitration: Arbitration;
  readonly exhausted: ReadonlyMap<string, readonly Finding[]>;
}

/**
 * Accepts, then allocates, so that what users write wins over what hinge picks. A version that would need more than a
 * pool has is refused like any other bad one: everything is then decided again without it.
 */
function decide(
  entries: ReadonlyMap<string, Entry>,
  committed: CommittedClaims,
  settings: PlanSettings,
  first: Standing,
): Decision {
  const excluded = new Map<string, readonly Finding[]>();
  for (let standing = first; ; standing = standingOf(entries, committed, settings)) {
    const { register } = standing;
    const arbitration = new Arbitration(entries, committed, standing);
    arbitration.run(excluded);
    const failures = allocate(register, committed, settings);
    const refused = [...failures].filter(([text]) => arbitration.accepted.has(text));
    if (refused.length === 0)
      return { register, arbitration, exhausted: new Map([...failures, ...excluded]) };
    for (const [text, findings] of refused) excluded.set(text, findings);
  }
}

function acceptedRecord(entry: Entry, arbitration: Arbitration): AcceptedRecord | undefined {
  const { ref, text, written, candidate, accepted } = entry;
  if (written === undefined || candidate === undefined || !arbitration.accepted.has(text))
    return refreshedRecord(entry);
  return { ref, object: candidate, generation: (accepted?.generation ?? 0) + 1, ...originOf(written) };
}

function problemsOf(
  entries: ReadonlyMap<string, Entry>,
  arbitration: Arbitration,
  exhausted: ReadonlyMap<string, readonly Finding[]>,
): ReadonlyMap<string, readonly Problem[]> {
  const all = [...entries.values()].map((entry): [string, readonly Problem[]] => {
    if (!entry.live) return [entry.text, []];
    if (entry.written !== undefined && 'problems' in entry.written)
      return [entry.text, entry.written.problems];
    const findings = [...arbitration.findings(entry), ...(exhausted.get(entry.text) ?? [])];
    return [entry.text, findings.map(({ problem }) => problem)];
  });
  return new Map(all.filter(([, problems]) => problems.length > 0));
}
