import type { Clock } from '../ports/clock.ts';
import type { HealthCheck } from '../ports/health.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Swarm } from '../ports/swarm.ts';

/** Milliseconds between two looks. */
const INTERVAL_MS = 10_000;

/** Tells readiness whether etcd and the Swarm answer and etcd takes writes, also while this operator stands by. Returns when stopped. */
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
    const etcd = async (): Promise<void> => {
      const [, alarms] = await Promise.all([store.get(key), store.alarms()]);
      if (alarms.length > 0) throw new Error(alarmText(alarms));
    };
    await Promise.all([tell(etcdCheck, etcd), tell(swarmCheck, () => swarm.list())]);
    await clock.delay(INTERVAL_MS, stop).catch(() => undefined);
  }
}

const alarmText = (alarms: readonly string[]): string =>
  `etcd raises the alarm ${alarms.join(', ')}: it takes no objects and no statuses; what runs is kept as it was accepted. ` +
  'Make room (compact, defragment) or raise its quota, then run etcdctl alarm disarm';

async function tell(check: HealthCheck, look: () => Promise<unknown>): Promise<void> {
  try {
    await look();
    check.succeed();
  } catch (error) {
    check.fail(error instanceof Error ? error.message : String(error));
  }
}
