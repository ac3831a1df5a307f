import { diffHelper } from '../core/diff/helper.ts';
import type { Reconcile } from '../runtime/controller.ts';
import { applyUnit } from './apply-unit.ts';
import type { Context } from './context.ts';

/** Keeps the helper of one node. */
export function helperReconciler(context: Context): Reconcile {
  const { testbed, observation } = context;
  return async (node, { signal, logger }) => {
    const diff = diffHelper(node, testbed.desired.wanted.size > 0, observation.latest);
    await applyUnit(context, `helper ${node}`, diff, { signal, logger });
    return {};
  };
}
