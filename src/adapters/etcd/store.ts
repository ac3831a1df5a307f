import { Range } from 'etcd3';
import type { Logger } from '../../ports/logger.ts';
import type { ChangeHint, Listing, ObjectStore, StoredEntry, Write } from '../../ports/object-store.ts';
import type { EtcdClient } from './client.ts';
import { probeOf, readKey, toEntry } from './entry.ts';
import { grantLease } from './lease.ts';
import { listRange } from './listing.ts';
import { check, type Conditions, nameOf, refusal, toRequest } from './transaction.ts';
import { RangeWatch } from './watch.ts';

/** The objects in etcd. Shares its client with the election; closing the store closes the client. */
export class EtcdStore implements ObjectStore {
  readonly #client: EtcdClient;
  readonly #log: Logger;
  readonly #watches = new Set<RangeWatch>();

  constructor(client: EtcdClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  async list(prefix: string): Promise<Listing> {
    return await listRange(this.#client, prefix);
  }

  async get(key: string): Promise<StoredEntry | undefined> {
    const found = await readKey(this.#client, key);
    return found && toEntry(found);
  }

  watch(prefix: string, hint: ChangeHint, relistMs: number): () => Promise<void> {
    const watch = new RangeWatch(this.#client, Range.prefix(prefix), hint, { relistMs, log: this.#log });
    this.#watches.add(watch);
    return async () => {
      this.#watches.delete(watch);
      await watch.release();
    };
  }

  async commit(writes: readonly Write[], conditions: Conditions): Promise<{ revision: bigint }> {
    check(writes, conditions);
    const [first] = writes;
    if (first === undefined) return { revision: 0n };
    const request = toRequest(writes, conditions);
    const probe = probeOf(Buffer.from(first.key));
    const reply = await this.#client.write(
      nameOf(writes),
      (etcd, options) => etcd.kv.txn(request, options),
      probe,
    );
    if (!reply.succeeded) throw refusal(writes, conditions, reply);
    return { revision: BigInt(reply.header.revision) };
  }

  async alarms(): Promise<readonly string[]> {
    const request = { action: 'Get', alarm: 'None' } as const;
    const { alarms } = await this.#client.read('alarms', (etcd, options) =>
      etcd.maintenance.alarm(request, options),
    );
    return [...new Set(alarms.map(({ alarm }) => alarm.toUpperCase()))];
  }

  async grantLease(ttlSeconds: number): Promise<string> {
    return await grantLease(this.#client, ttlSeconds);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => watch.release()));
    this.#client.close();
  }
}
