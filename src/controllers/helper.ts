import { diffHelper } from '../core/diff/helper.ts';
import type { Reconcile } from '../runtime/controller.ts';
import type { Context } from './context.ts';

/** Keeps the helper of one node. */
export function helperReconciler(context: Context): Reconcile {
  const { testbed, observation, applier } = context;
  return async (node, { signal, logger }) => {
    const diff = diffHelper(node, testbed.desired.wanted.size > 0, observation.latest);
    await applier.apply(diff, { signal, logger });
    return {};
  };
}
