import type { IKeyValue } from 'etcd3';
import type { StoredEntry } from '../../ports/object-store.ts';
import type { Call, EtcdClient, Limits } from './client.ts';

/** Values are text; bytes that are not UTF-8 become U+FFFD and then fail to parse. */
export function toEntry(kv: IKeyValue): StoredEntry {
  return {
    key: kv.key.toString(),
    value: kv.value.toString(),
    createRevision: BigInt(kv.create_revision),
    modRevision: BigInt(kv.mod_revision),
    leased: kv.lease !== '0',
  };
}

/** Linearizable. */
export async function readKey(
  client: EtcdClient,
  key: string,
  limits?: Limits,
): Promise<IKeyValue | undefined> {
  const request = { key: Buffer.from(key) };
  const reply = await client.read(`get ${key}`, (etcd, options) => etcd.kv.range(request, options), limits);
  return reply.kvs[0];
}

/** Asks whether the cluster answers at all, for it takes a quorum; reads no value. */
export function probeOf(key: Buffer, rangeEnd?: Buffer): Call<unknown> {
  return (etcd, options) =>
    etcd.kv.range({ key, ...(rangeEnd && { range_end: rangeEnd }), count_only: true }, options);
}
