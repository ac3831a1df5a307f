import type { StoreMemory } from '../core/guard/store-identity.ts';
import type { Swarm } from '../ports/swarm.ts';
import type { Reconcile } from '../runtime/controller.ts';
import type { ClusterKey } from './cluster.ts';

/**
 * Keeps in the Swarm how far the store has come, so that an older or another store is noticed also by an operator that has
 * just begun. Written when accepted objects have changed; gone when there are none.
 */
export function storeMemoryReconciler(swarm: Swarm, cluster: ClusterKey, empty: () => boolean): Reconcile {
  let told: StoreMemory | 'nothing' | undefined;
  return async () => {
    if (empty()) {
      if (told !== 'nothing') await swarm.forgetStore();
      told = 'nothing';
      return {};
    }
    const now = { uid: cluster.identity.uid, revision: cluster.revision };
    told ??= (await swarm.recallStore()) ?? 'nothing';
    if (told === 'nothing' || told.uid !== now.uid || told.revision !== now.revision) {
      await swarm.rememberStore(now);
    }
    told = now;
    return {};
  };
}
