import { Range } from 'etcd3';
import type { Listing, StoredEntry } from '../../ports/object-store.ts';
import type { EtcdClient } from './client.ts';
import { toEntry } from './entry.ts';
import { isCompacted } from './errors.ts';

/** Keys in one reply. */
export const PAGE_SIZE = 256;

/** How often a listing is begun anew when etcd compacts the revision that it was at. */
const RESTARTS = 5;

/** All keys below `prefix` at the revision of the first page. Each page has the bound of one call. */
export async function listRange(client: EtcdClient, prefix: string): Promise<Listing> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      return await listOnce(client, prefix);
    } catch (error) {
      if (!isCompacted(error) || restarts === RESTARTS) throw error;
    }
  }
}

async function listOnce(client: EtcdClient, prefix: string): Promise<Listing> {
  const range = Range.prefix(prefix);
  const entries: StoredEntry[] = [];
  let from = range.start;
  let revision: string | undefined;
  for (;;) {
    const request = {
      key: from,
      range_end: range.end,
      limit: PAGE_SIZE,
      ...(revision !== undefined && { revision }),
    };
    const page = await client.read(`list ${prefix}`, (etcd, options) => etcd.kv.range(request, options));
    revision ??= page.header.revision;
    entries.push(...page.kvs.map(toEntry));
    const last = page.kvs.at(-1);
    if (!page.more || last === undefined) return { revision: BigInt(revision), entries };
    from = Buffer.concat([last.key, Buffer.from([0])]);
  }
}
