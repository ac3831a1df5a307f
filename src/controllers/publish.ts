import type { Kind, ObjectRef } from '../api/object.ts';
import type { StatusByKind } from '../api/status.ts';
import { conditionsOf, type Finding, isTrue } from '../core/status/conditions.ts';
import type { Context } from './context.ts';

/**
 * Turns what a reconcile found into the object's status and, when `Ready` turned, an event.
 * @returns whether the object is Ready.
 */
export async function publish<K extends Kind>(
  context: Context,
  ref: ObjectRef & { readonly kind: K },
  findings: readonly Finding[],
  body: Omit<StatusByKind[K], 'conditions' | 'observedGeneration'>,
): Promise<boolean> {
  const { statuses, testbed, clock, events } = context;
  if (!testbed.exists(ref)) return false; // its status was removed; intake sees to that
  const previous = statuses.conditions(ref);
  const generation = testbed.generation(ref);
  const conditions = conditionsOf(findings, previous, { generation, now: clock.now() });
  const status = { observedGeneration: generation, conditions, ...body } as unknown as StatusByKind[K];
  await statuses.put(ref, status);
  const ready = isTrue(conditions, 'Ready');
  if (ready !== isTrue(previous, 'Ready')) {
    const condition = conditions.find(({ type }) => type === 'Ready');
    if (ready) events.normal(ref, 'Ready', 'everything is as declared');
    else if (previous.length > 0) events.warning(ref, 'NotReady', condition?.message ?? '');
  }
  // Also when it was Ready before: an operator that has just begun knows of none.
  context.convergence.turned(ref, ready);
  const invalid = conditions.find(({ type, status: value }) => type === 'Valid' && value === 'False');
  const before = previous.find(({ type }) => type === 'Valid');
  if (invalid !== undefined && invalid.message !== before?.message) {
    events.warning(ref, invalid.reason, invalid.message);
  }
  return ready;
}
