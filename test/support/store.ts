import { execa } from 'execa';
import { z } from 'zod';

export interface StoreEntry {
  readonly key: string;
  readonly value: string;
  readonly createRevision: string;
  readonly modRevision: string;
  /** As a decimal number; undefined if it is on none. */
  readonly lease: string | undefined;
}

const rangeReply = z.object({
  header: z.object({ revision: z.string() }),
  kvs: z
    .array(
      z.object({
        key: z.string(),
        value: z.string().default(''),
        create_revision: z.string(),
        mod_revision: z.string(),
        lease: z.string().optional(),
      }),
    )
    .default([]),
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const text = (encoded: string): string => Buffer.from(encoded, 'base64').toString();

/** The first key after all that begin with `prefix`. */
const endOf = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

/** What etcd takes in one transaction, by default. */
const MOST_OPERATIONS = 128;

/** etcd as users have it: written with the real etcdctl, read over HTTP, which costs no process a look. */
export class Store {
  readonly endpoint: string;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  async put(key: string, value: string): Promise<void> {
    await this.#ctl(['put', key], value);
  }

  /** Puts very many keys, by few transactions. */
  async putAll(entries: readonly (readonly [key: string, value: string])[]): Promise<void> {
    for (let start = 0; start < entries.length; start += MOST_OPERATIONS) {
      const puts = entries
        .slice(start, start + MOST_OPERATIONS)
        .map(([key, value]) => `put ${JSON.stringify(key)} ${JSON.stringify(value)}`);
      // Nothing to compare, what to do, nothing otherwise.
      await this.#ctl(['txn'], ['', ...puts, '', '', ''].join('\n'));
    }
  }

  async del(key: string): Promise<void> {
    await this.#ctl(['del', key]);
  }

  async delPrefix(prefix: string): Promise<void> {
    await this.#ctl(['del', '--prefix', prefix]);
  }

  /** Ends the lease that a key is on, as its time would. */
  async endLease(key: string): Promise<void> {
    const lease = (await this.get(key))?.lease;
    if (lease !== undefined) await this.#ctl(['lease', 'revoke', BigInt(lease).toString(16)]);
  }

  /** From now on it is out of space, as at its quota: it takes nothing but deletions until `disarm()`. */
  async raiseNoSpace(): Promise<void> {
    await this.#post('maintenance/alarm', { action: 'ACTIVATE', alarm: 'NOSPACE' });
  }

  async disarm(): Promise<void> {
    await this.#ctl(['alarm', 'disarm']);
  }

  /** Forgets the past: whoever asks what happened before now is told that it is compacted. */
  async compact(): Promise<void> {
    const { revision } = await this.list('/');
    await this.#ctl(['compaction', '--physical', String(revision)]);
  }

  async get(key: string): Promise<StoreEntry | undefined> {
    return (await this.#range({ key: base64(key) })).entries[0];
  }

  /** Everything below a prefix, sorted by key, at one revision. */
  async list(
    prefix: string,
  ): Promise<{ readonly revision: bigint; readonly entries: readonly StoreEntry[] }> {
    return this.#range({ key: base64(prefix), range_end: base64(endOf(prefix)) });
  }

  async #range(
    request: Readonly<Record<string, string>>,
  ): Promise<{ revision: bigint; entries: readonly StoreEntry[] }> {
    const { header, kvs } = rangeReply.parse(await this.#post('kv/range', request));
    return {
      revision: BigInt(header.revision),
      entries: kvs.map((kv) => ({
        key: text(kv.key),
        value: text(kv.value),
        createRevision: kv.create_revision,
        modRevision: kv.mod_revision,
        lease: kv.lease,
      })),
    };
  }

  async #post(call: string, request: Readonly<Record<string, string>>): Promise<unknown> {
    const reply = await fetch(`${this.endpoint}/v3/${call}`, {
      method: 'POST',
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(10_000),
    });
    return reply.json();
  }

  async #ctl(args: readonly string[], input = ''): Promise<void> {
    const env = { PATH: process.env['PATH'], ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: this.endpoint };
    await execa('etcdctl', args, { env, extendEnv: false, input });
  }
}
