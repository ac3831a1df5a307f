import { refText, type ObjectRef } from '../api/object.ts';
import { RECONCILE_ANNOTATION } from '../api/meta.ts';
import { DesiredIndex } from '../core/diff/desired-index.ts';
import { heldText } from '../core/guard/deletions.ts';
import type { AcceptedRecord } from '../core/plan/accepted.ts';
import type { Intake } from '../core/plan/intake.ts';
import { type Finding, found, missing } from '../core/status/conditions.ts';

const NOTHING_DESIRED = new DesiredIndex({ networks: [], workloads: [], paths: [], experiments: [] });

/** What the last intake decided: the one desired state that all controllers work towards. */
export class Testbed {
  #desired = NOTHING_DESIRED;
  #intake: Intake | undefined;
  #accepted: ReadonlyMap<string, AcceptedRecord> = new Map();

  decided(intake: Intake, accepted: ReadonlyMap<string, AcceptedRecord>): void {
    this.#intake = intake;
    this.#accepted = accepted;
    this.#desired = new DesiredIndex(intake.desired);
  }

  /** False until the first intake: nothing may be removed before. */
  get known(): boolean {
    return this.#intake !== undefined;
  }

  get desired(): DesiredIndex {
    return this.#desired;
  }

  /** True for every object that has a status: accepted, or written with a problem. */
  exists(ref: ObjectRef): boolean {
    return this.#accepted.has(refText(ref)) || (this.#intake?.problems.has(refText(ref)) ?? false);
  }

  /** Generation of the version that is planned; 0 while no version was accepted. */
  generation(ref: ObjectRef): number {
    return this.#accepted.get(refText(ref))?.generation ?? 0;
  }

  isFrozen(ref: ObjectRef): boolean {
    return this.#intake?.frozen.has(refText(ref)) ?? false;
  }

  /** The `Valid` condition of an object, with every problem named. */
  valid(ref: ObjectRef): Finding {
    const problems = this.#intake?.problems.get(refText(ref)) ?? [];
    const kept = this.#intake?.kept.get(refText(ref));
    if (problems[0] !== undefined) {
      const goesOn = this.#accepted.has(refText(ref)) ? ' The last valid version goes on running.' : '';
      const lines = problems.map(({ field, value, message }) =>
        [field === '' ? 'the document' : field, value === '' ? '' : ` (${value})`, `: ${message}`].join(''),
      );
      return { ...missing('Valid', problems[0].reason, `${lines.join('; ')}${goesOn}`), stalled: true };
    }
    const hold = this.#intake?.hold;
    if (hold !== undefined && this.#intake?.held.has(refText(ref)) === true)
      return found('Valid', 'DeletionHeld', heldText(hold));
    if (kept !== undefined) return found('Valid', 'KeptInUse', `its key was deleted, but it is ${kept}`);
    if (this.#intake?.removing.some((other) => refText(other) === refText(ref)) === true) {
      return missing('Valid', 'Removing', 'its key was deleted; what ran for it is being removed');
    }
    if (this.isFrozen(ref)) {
      return found(
        'Valid',
        'Frozen',
        `annotation ${RECONCILE_ANNOTATION}: disabled holds it; changes wait until it is gone`,
      );
    }
    return found('Valid', 'Valid', 'the object was accepted');
  }
}
