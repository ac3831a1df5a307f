import type { Condition, ConditionStatus } from '../../api/status.ts';

/** What one look found out about one condition. */
export interface Finding {
  /** `Ready`: no condition of its own, it only keeps the object from being Ready. */
  readonly type: string;
  readonly status: ConditionStatus;
  /** CamelCase. */
  readonly reason: string;
  readonly message: string;
  /** Nothing will change without the user: retries stop being progress. */
  readonly stalled?: boolean;
  /** Not to be True is fine: it does not keep the object from being Ready. */
  readonly neutral?: boolean;
}

export const found = (type: string, reason: string, message: string): Finding => ({
  type,
  status: 'True',
  reason,
  message,
});
export const missing = (type: string, reason: string, message: string): Finding => ({
  type,
  status: 'False',
  reason,
  message,
});
export const unknown = (type: string, reason: string, message: string): Finding => ({
  type,
  status: 'Unknown',
  reason,
  message,
});

/**
 * The only writer of conditions: adds `Ready`, derived from all findings, and the abnormal-true `Reconciling` or `Stalled` while they
 * hold. A condition that says the same as before keeps its transition time.
 */
export function conditionsOf(
  findings: readonly Finding[],
  previous: readonly Condition[],
  context: { readonly generation: number; readonly now: string },
): readonly Condition[] {
  const amiss = findings.find(({ status, neutral }) => status !== 'True' && neutral !== true);
  const stalled = findings.find((finding) => finding.stalled === true);
  const all: Finding[] = findings.filter(({ type }) => type !== 'Ready');
  if (amiss === undefined) {
    all.push(found('Ready', 'Ready', 'everything is as declared'));
  } else {
    all.push({ type: 'Ready', status: 'False', reason: amiss.reason, message: amiss.message });
    all.push(
      stalled === undefined
        ? found('Reconciling', amiss.reason, amiss.message)
        : found('Stalled', stalled.reason, stalled.message),
    );
  }
  return all.map(({ type, status, reason, message }) => {
    const before = previous.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : context.now;
    return { type, status, reason, message, observedGeneration: context.generation, lastTransitionTime };
  });
}

export const isTrue = (conditions: readonly Condition[], type: string): boolean =>
  conditions.some((condition) => condition.type === type && condition.status === 'True');

/** The reason that a condition was given last; undefined when it was never set. */
export const reasonOf = (conditions: readonly Condition[], type: string): string | undefined =>
  conditions.find((condition) => condition.type === type)?.reason;
