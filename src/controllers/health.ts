import type { Clock } from '../ports/clock.ts';
import type { HealthCheck } from '../ports/health.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Swarm } from '../ports/swarm.ts';

/** Milliseconds between two looks. */
const INTERVAL_MS = 10_000;

/** Tells readiness whether etcd and the Swarm answer, also while this operator stands by. Returns when stopped. */
export async function watchHealth(
  deps: {
    readonly store: ObjectStore;
    readonly swarm: Swarm;
    readonly clock: Clock;
    readonly etcdCheck: HealthCheck;
    readonly swarmCheck: HealthCheck;
    /** Any key will do: it is read only. */
    readonly key: string;
  },
  stop: AbortSignal,
): Promise<void> {
  const { store, swarm, clock, etcdCheck, swarmCheck, key } = deps;
  while (!stop.aborted) {
    await Promise.all([tell(etcdCheck, () => store.get(key)), tell(swarmCheck, () => swarm.list())]);
    await clock.delay(INTERVAL_MS, stop).catch(() => undefined);
  }
}

async function tell(check: HealthCheck, look: () => Promise<unknown>): Promise<void> {
  try {
    await look();
    check.succeed();
  } catch (error) {
    check.fail(error instanceof Error ? error.message : String(error));
  }
}
