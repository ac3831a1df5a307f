import { refText } from '../../api/object.ts';
import type { AcceptedRecord } from './accepted.ts';
import { allocationKey } from './allocation.ts';
import { intake, type Intake, type IntakeInput, MAX_ROUNDS, unsettled } from './intake.ts';

/** What the operator will come to once nothing is left to write. */
export interface Foresight {
  readonly intake: Intake;
  /** By refText. */
  readonly accepted: ReadonlyMap<string, AcceptedRecord>;
}

/** Revision of what is not in the store yet: newer than all that is. */
export const NEWEST = 2n ** 62n;

/** Decides as the operator will, with every change taken for written that it would write; nothing is. */
export function foresee(input: IntakeInput): Foresight {
  const accepted = new Map(input.accepted.map((record) => [refText(record.ref), record]));
  const allocations = new Map(input.allocations.map((claim) => [allocationKey(claim), claim]));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const decided = intake({
      ...input,
      accepted: [...accepted.values()],
      allocations: [...allocations.values()],
    });
    if (decided.settled) return { intake: decided, accepted };
    const { accept, forget, take, release } = decided.changes;
    for (const claim of release) allocations.delete(allocationKey(claim));
    for (const claim of take) {
      allocations.set(allocationKey(claim), { ...claim, createRevision: NEWEST + BigInt(round) });
    }
    for (const record of accept) accepted.set(refText(record.ref), record);
    for (const ref of forget) accepted.delete(refText(ref));
  }
  throw unsettled();
}
