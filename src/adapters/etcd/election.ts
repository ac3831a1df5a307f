import { type IKeyValue, Range } from 'etcd3';
import type { Logger } from '../../ports/logger.ts';
import type { Election, Term } from '../../ports/object-store.ts';
import { backoff } from './backoff.ts';
import type { EtcdClient } from './client.ts';
import { probeOf, readKey } from './entry.ts';
import { Latch } from './latch.ts';
import { grantLease, revokeLease } from './lease.ts';
import { EtcdTerm } from './term.ts';
import { createdAt } from './transaction.ts';
import { RangeWatch } from './watch.ts';

export interface ElectionOptions {
  /** The leader key, such as `/hinge/leader`. */
  readonly key: string;
  /** Who leads, for people; two operators may have the same. */
  readonly identity: string;
  /**
   * After so many seconds without a word from its leader etcd lets another lead; the leader itself stops at ⅔
   * of it. Default 10. etcd raises what is less than its own election timeout (2 s by default).
   */
  readonly ttlSeconds?: number;
}

const DEFAULT_TTL_SECONDS = 10;

/**
 * One leader among the operators of a prefix: the one whose transaction creates the leader key, on a lease.
 * Not etcd3's election, whose candidates can wait for their own key and whose leader never looks at its key
 * again.
 */
export class EtcdElection implements Election {
  readonly #client: EtcdClient;
  readonly #key: string;
  readonly #range: Range;
  readonly #identity: string;
  readonly #ttlSeconds: number;
  readonly #log: Logger;
  /**
   * Leases of ours that may still hold the key: given up before the next try, so that nobody waits for their
   * own key.
   */
  readonly #abandoned = new Set<string>();
  /** The other operator's term that was last spoken of. */
  #leader: string | undefined;

  constructor(client: EtcdClient, options: ElectionOptions, log: Logger) {
    this.#client = client;
    this.#key = options.key;
    this.#range = new Range(options.key);
    this.#identity = options.identity;
    this.#ttlSeconds = options.ttlSeconds ?? DEFAULT_TTL_SECONDS;
    this.#log = log.child({ leaderKey: options.key });
  }

  async campaign(signal: AbortSignal): Promise<Term> {
    const changed = new Latch();
    const options = { relistMs: (this.#ttlSeconds * 1000) / 2, log: this.#log };
    const watch = new RangeWatch(this.#client, this.#range, () => changed.set(), options);
    try {
      for (let failures = 0; ;) {
        signal.throwIfAborted();
        changed.reset();
        try {
          const term = await this.#try(signal);
          failures = 0;
          if (term !== undefined) return await leadUnless(signal, term);
        } catch (err) {
          signal.throwIfAborted();
          failures += 1;
          this.#log[failures === 1 ? 'warn' : 'debug']({ err }, 'cannot campaign');
          await this.#client.clock.delay(backoff(failures), signal);
          continue;
        }
        await changed.wait(signal);
      }
    } finally {
      await watch.release();
    }
  }

  /** A term, if nobody leads. */
  async #try(signal: AbortSignal): Promise<EtcdTerm | undefined> {
    for (const lease of this.#abandoned) {
      await revokeLease(this.#client, lease, { signal });
      this.#abandoned.delete(lease);
    }
    const leader = await readKey(this.#client, this.#key, { signal });
    if (leader !== undefined) {
      this.#standBy(leader);
      return undefined;
    }
    const grantedAt = this.#client.clock.monotonicMs();
    const lease = await grantLease(this.#client, this.#ttlSeconds);
    // Without an answer the key may be there: whatever happens next, the lease is either a term's or abandoned.
    this.#abandoned.add(lease);
    const value = JSON.stringify({ identity: this.#identity, since: this.#client.clock.now() });
    const createRevision = await this.#create(lease, value);
    if (createRevision === undefined) return undefined;
    this.#abandoned.delete(lease);
    const fence = { key: this.#key, createRevision };
    const holding = {
      lease,
      value,
      ttlMs: this.#ttlSeconds * 1000,
      grantedAt,
      ended: () => this.#abandoned.add(lease),
    };
    return new EtcdTerm(this.#client, fence, holding, this.#log);
  }

  #standBy({ value, create_revision: createRevision }: IKeyValue): void {
    if (this.#leader === createRevision) return;
    this.#leader = createRevision;
    this.#log.info({ leader: value.toString(), createRevision }, 'standing by');
  }

  /** The revision at which the leader key was created with this lease; undefined if someone else was faster. */
  async #create(lease: string, value: string): Promise<bigint | undefined> {
    const key = Buffer.from(this.#key);
    const request = {
      compare: [createdAt(this.#key, 0n)],
      success: [{ request_put: { key, value: Buffer.from(value), lease } }],
    };
    const reply = await this.#client.write(
      `lead ${this.#key}`,
      (etcd, options) => etcd.kv.txn(request, options),
      probeOf(key),
    );
    return reply.succeeded ? BigInt(reply.header.revision) : undefined;
  }
}

/** A term that began while its campaign was called off is given back. */
async function leadUnless(signal: AbortSignal, term: EtcdTerm): Promise<EtcdTerm> {
  if (signal.aborted) await term.resign();
  signal.throwIfAborted();
  return term;
}
