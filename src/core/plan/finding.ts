import type { Problem, Reason } from './problem.ts';

/** A problem, and whose change could end it. */
export interface Finding {
  readonly problem: Problem;
  /** refTexts of the objects that stand in the way or are missing. */
  readonly blockers: readonly string[];
}

/** @param message one or more whole sentences. */
export const finding = (
  reason: Reason,
  field: string,
  value: string,
  message: string,
  blockers: readonly string[] = [],
): Finding => ({ problem: { reason, field, value, message }, blockers });
