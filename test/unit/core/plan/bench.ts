import { Experiment } from '../../../../src/api/experiment.ts';
import { KINDS, type ObjectRef, refOf, refText, type TestbedObject } from '../../../../src/api/object.ts';
import type { Confirmation } from '../../../../src/core/guard/confirmation.ts';
import type { AcceptedRecord } from '../../../../src/core/plan/accepted.ts';
import { type Allocation, allocationKey } from '../../../../src/core/plan/allocation.ts';
import type { DesiredState } from '../../../../src/core/plan/desired.ts';
import {
  type Intake,
  intake,
  type IntakeInput,
  type Lingering,
  type Testbed,
  type WrittenObject,
} from '../../../../src/core/plan/intake.ts';
import type { Problem } from '../../../../src/core/plan/problem.ts';
import { DEFAULT_SETTINGS, type PlanSettings } from '../../../../src/core/plan/settings.ts';

export const TESTBED: Testbed = { prefix: '/hinge', uid: '6f1c', createRevision: 3n };

const API = { apiVersion: 'hinge.testbed/v1alpha1' } as const;
type Spec = Record<string, unknown>;

/** Objects as the parser hands them on, defaults filled in. */
export const router = (name: string, spec: Spec = {}, annotations?: Record<string, string>): TestbedObject =>
  KINDS.Router.schema.parse({ ...API, kind: 'Router', metadata: metadata(name, annotations), spec });
export const path = (
  name: string,
  via: readonly string[],
  spec: Spec = {},
  annotations?: Record<string, string>,
): TestbedObject =>
  KINDS.Path.schema.parse({
    ...API,
    kind: 'Path',
    metadata: metadata(name, annotations),
    spec: { via, ...spec },
  });
export const experiment = (name: string, spec: Spec, annotations?: Record<string, string>): TestbedObject =>
  Experiment.parse({ ...API, kind: 'Experiment', metadata: metadata(name, annotations), spec });

const metadata = (name: string, annotations?: Record<string, string>): Spec => ({
  name,
  ...(annotations === undefined ? {} : { annotations }),
});

export const ref = (text: string): ObjectRef => {
  const [kind = '', name = ''] = text.split('/');
  if (kind !== 'Router' && kind !== 'Path' && kind !== 'Experiment') throw new Error(`no kind: ${text}`);
  return { kind, name };
};

/** The store and Docker as intake sees them, with the caller's part played: commit, call again until settled. */
export class Bench {
  readonly written = new Map<string, WrittenObject>();
  readonly accepted = new Map<string, AcceptedRecord>();
  readonly allocations = new Map<string, Allocation>();
  settings: PlanSettings;
  /** What Docker still has; undefined: not known. */
  lingering: Lingering | undefined = { keys: new Set(), subnets: new Set() };
  /** Of the guard of deletions; undefined: there is none. */
  share: number | undefined;
  readonly confirmations = new Map<string, Confirmation>();
  /** By refText: objects that were let go a moment ago. */
  readonly recent = new Set<string>();
  revision = 10n;
  /** Rounds that the last `settle` took. */
  rounds = 0;

  constructor(settings: PlanSettings = DEFAULT_SETTINGS) {
    this.settings = settings;
  }

  put(...objects: readonly TestbedObject[]): this {
    for (const object of objects) this.#write(refOf(object), { object });
    return this;
  }

  putInvalid(text: string, problems: readonly Problem[]): this {
    this.#write(ref(text), { problems });
    return this;
  }

  delete(...texts: readonly string[]): this {
    for (const text of texts) this.written.delete(text);
    this.revision += 1n;
    return this;
  }

  /** Puts objects' keys on a lease. */
  lease(...texts: readonly string[]): this {
    for (const text of texts) {
      const written = this.written.get(text);
      if (written !== undefined) this.written.set(text, { ...written, leased: true });
    }
    return this;
  }

  /** As `hinge confirm` does for an object whose key had this create revision. */
  confirm(text: string, created: bigint): this {
    this.revision += 1n;
    this.confirmations.set(text, { ref: ref(text), created, modRevision: this.revision });
    return this;
  }

  input(): IntakeInput {
    return {
      written: [...this.written.values()],
      accepted: [...this.accepted.values()],
      allocations: [...this.allocations.values()],
      lingering: this.lingering,
      settings: this.settings,
      testbed: TESTBED,
      guard: { share: this.share, confirmations: [...this.confirmations.values()], recent: this.recent },
    };
  }

  /** One intake, its changes committed. */
  step(): Intake {
    const decided = intake(this.input());
    this.commit(decided);
    return decided;
  }

  commit({ changes }: Intake): void {
    this.revision += 1n;
    for (const record of changes.accept) this.accepted.set(refText(record.ref), record);
    for (const gone of changes.forget) this.accepted.delete(refText(gone));
    for (const spent of changes.spent) this.confirmations.delete(refText(spent.ref));
    for (const claim of changes.release) this.allocations.delete(allocationKey(claim));
    for (const claim of changes.take) {
      if (this.allocations.has(allocationKey(claim)))
        throw new Error(`${allocationKey(claim)} is not absent`);
      this.allocations.set(allocationKey(claim), { ...claim, createRevision: this.revision });
    }
  }

  settle(): Intake {
    for (this.rounds = 1; this.rounds < 10; this.rounds += 1) {
      const decided = this.step();
      if (decided.settled) return decided;
    }
    throw new Error('did not settle');
  }

  /** Settles, then lets Docker become what is desired, until nothing more changes. */
  converge(): Intake {
    for (let round = 0; round < 10; round += 1) {
      const decided = this.settle();
      const before = this.lingering;
      this.lingering = existing(decided.desired);
      if (before !== undefined && same(before, this.lingering) && intake(this.input()).settled)
        return decided;
    }
    throw new Error('did not converge');
  }

  #write(
    of: ObjectRef,
    what: { readonly object: TestbedObject } | { readonly problems: readonly Problem[] },
  ): void {
    this.revision += 1n;
    const text = refText(of);
    const createRevision = this.written.get(text)?.createRevision ?? this.revision;
    this.written.set(text, { ref: of, createRevision, modRevision: this.revision, ...what });
  }
}

/** What Docker has once a plan is carried out. */
export const existing = ({ networks, workloads }: DesiredState): Lingering => ({
  keys: new Set([...networks, ...workloads].map(({ key }) => key)),
  subnets: new Set(networks.map(({ subnet }) => subnet)),
});

const same = (one: Lingering, other: Lingering): boolean =>
  [...one.keys].sort().join() === [...other.keys].sort().join() &&
  [...one.subnets].sort().join() === [...other.subnets].sort().join();

/** Reasons and fields of an object's problems. */
export const reasons = (decided: Intake, text: string): readonly string[] =>
  (decided.problems.get(text) ?? []).map(({ reason, field }) => `${reason} ${field}`);
