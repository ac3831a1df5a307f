import { EtcdClient } from '../adapters/etcd/client.ts';
import { EtcdStore } from '../adapters/etcd/store.ts';
import { Keys } from '../api/keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { SystemClock } from '../runtime/system-clock.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { Settings } from './config.ts';

/** What the commands that talk to etcd work with. */
export interface OpenStore {
  readonly store: ObjectStore;
  readonly keys: Keys;
  readonly clock: Clock;
}

const ignore = (): void => undefined;

/** A command says itself what went wrong: the adapter's log would say it twice. */
export const quiet: Logger = { child: () => quiet, debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Opens etcd for `use` and closes it afterwards, whatever happens. Nothing is sent before the first call. */
export async function withStore<T>(settings: Settings, use: (open: OpenStore) => Promise<T>): Promise<T> {
  const { level, format } = settings.log;
  const log = level === undefined ? quiet : createLogger({ level, format });
  const clock = new SystemClock();
  const store = new EtcdStore(new EtcdClient(settings.etcd, { clock, log }), log);
  try {
    return await use({ store, keys: new Keys(settings.prefix), clock });
  } finally {
    await store.close();
  }
}
