import { diffNetwork } from '../core/diff/network.ts';
import type { Reconcile } from '../runtime/controller.ts';
import { applyUnit } from './apply-unit.ts';
import type { Context } from './context.ts';

/** Keeps one network (a link, an access network, the management network) and its endpoints. The sweep calls again as things change. */
export function networkReconciler(context: Context): Reconcile {
  const { testbed, observation } = context;
  return async (key, { signal, logger }) => {
    const { networks, wanted } = testbed.desired;
    const diff = diffNetwork(key, networks.get(key), observation.latest, wanted);
    await applyUnit(context, `network ${key}`, diff, { signal, logger });
    return {};
  };
}
