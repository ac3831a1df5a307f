import { type IRequestOp, Range } from 'etcd3';
import type { Logger } from '../../ports/logger.ts';
import type { Fence, Term } from '../../ports/object-store.ts';
import type { EtcdClient, Limits } from './client.ts';
import { probeOf, readKey } from './entry.ts';
import { isLeaseGone, storeError } from './errors.ts';
import { keepAlive, revokeLease } from './lease.ts';
import { createdAt } from './transaction.ts';
import { RangeWatch } from './watch.ts';

/** What a term stands on. Times are monotonic milliseconds. */
export interface Holding {
  readonly lease: string;
  /** What the leader key says. */
  readonly value: string;
  readonly ttlMs: number;
  /** When the lease was asked for: etcd counts from a later moment. */
  readonly grantedAt: number;
  /** Called when the term is over and its lease may still hold the key. */
  readonly ended: () => void;
}

/**
 * Leadership while it is certain: until ⅔ of the TTL after the last renewal was *sent*, by this process's own
 * monotonic clock. etcd cannot give the key to another before the whole TTL has passed since it *received*
 * the renewal, so the last third is what work that is under way has to stop. What still reaches etcd later is
 * refused there by the fence.
 */
export class EtcdTerm implements Term {
  readonly fence: Fence;
  readonly #client: EtcdClient;
  readonly #holding: Holding;
  readonly #log: Logger;
  readonly #over = new AbortController();
  readonly #watch: RangeWatch;
  #certainUntil: number;

  constructor(client: EtcdClient, fence: Fence, holding: Holding, log: Logger) {
    this.#client = client;
    this.fence = fence;
    this.#holding = holding;
    this.#log = log.child({ createRevision: String(fence.createRevision), lease: holding.lease });
    this.#certainUntil = holding.grantedAt + this.#certainMs;
    this.#watch = new RangeWatch(client, new Range(fence.key), () => void this.#lookWhenHinted(), {
      relistMs: holding.ttlMs,
      log: this.#log,
    });
    this.#log.info({ ttlMs: holding.ttlMs }, 'leading');
    const over = this.#over.signal;
    for (const loop of [this.#expire(), this.#renew()]) {
      loop.catch((error: unknown) => {
        if (!over.aborted) this.#end(error instanceof Error ? error.message : String(error));
      });
    }
  }

  /** Reading it looks at the clock, for a process that was stopped may get here before its timers do. */
  get signal(): AbortSignal {
    this.#endIfExpired();
    return this.#over.signal;
  }

  async resign(): Promise<void> {
    this.#end('resigned');
    await this.#watch.release();
    try {
      await this.#ifStillOurs({ request_delete_range: { key: Buffer.from(this.fence.key) } });
      await revokeLease(this.#client, this.#holding.lease);
    } catch (err) {
      this.#log.warn({ err }, 'cannot resign, the lease ends by itself');
    }
  }

  get #certainMs(): number {
    return (this.#holding.ttlMs * 2) / 3;
  }

  async #expire(): Promise<never> {
    for (;;) {
      this.#endIfExpired();
      await this.#client.clock.delay(
        this.#certainUntil - this.#client.clock.monotonicMs(),
        this.#over.signal,
      );
    }
  }

  /** Every third of the TTL; after a failure again soon, as long as the term is certain. */
  async #renew(): Promise<never> {
    const { clock, timeoutMs } = this.#client;
    const { ttlMs, lease, grantedAt } = this.#holding;
    const over = this.#over.signal;
    for (let next = grantedAt + ttlMs / 3; ;) {
      await clock.delay(Math.max(next - clock.monotonicMs(), 0), over);
      this.#endIfExpired();
      over.throwIfAborted();
      try {
        // Each has a share of the time that is left, so that a dead endpoint does not use it up.
        const look = Math.min(timeoutMs, (this.#certainUntil - clock.monotonicMs()) / 2);
        await this.#look({ boundMs: look, signal: over });
        const sentAt = clock.monotonicMs();
        const renew = Math.min(timeoutMs, this.#certainUntil - sentAt);
        await keepAlive(this.#client, lease, { boundMs: renew, signal: over });
        this.#endIfExpired();
        this.#certainUntil = sentAt + this.#certainMs;
        next = sentAt + ttlMs / 3;
      } catch (err) {
        over.throwIfAborted();
        if (isLeaseGone(err)) this.#end('etcd no longer has its lease');
        else this.#log.warn({ err }, 'cannot renew leadership');
        next = clock.monotonicMs() + ttlMs / 20;
      }
    }
  }

  async #lookWhenHinted(): Promise<void> {
    try {
      await this.#look({ signal: this.#over.signal });
    } catch (err) {
      if (this.#over.signal.aborted) return;
      this.#log.debug({ err }, 'cannot look at the leader key');
    }
  }

  /** The key may have been deleted, taken or overwritten by hand. */
  async #look(limits: Limits): Promise<void> {
    const { key, createRevision } = this.fence;
    const found = await readKey(this.#client, key, limits);
    if (found === undefined) this.#end('its key was deleted');
    else if (found.create_revision !== String(createRevision))
      this.#end(`its key was taken by ${String(found.value)}`);
    else if (found.lease !== this.#holding.lease) await this.#restore();
  }

  /** Overwriting takes the key off its lease: it would outlive its leader, and nobody could ever lead again. */
  async #restore(): Promise<void> {
    const { value, lease } = this.#holding;
    this.#log.warn({}, 'the leader key was overwritten, it is put back');
    await this.#ifStillOurs({
      request_put: { key: Buffer.from(this.fence.key), value: Buffer.from(value), lease },
    });
  }

  async #ifStillOurs(operation: IRequestOp): Promise<void> {
    const { key, createRevision } = this.fence;
    const request = { compare: [createdAt(key, createRevision)], success: [operation] };
    const probe = probeOf(Buffer.from(key));
    await this.#client.write(`write ${key}`, (etcd, options) => etcd.kv.txn(request, options), probe);
  }

  #endIfExpired(): void {
    const { clock } = this.#client;
    if (clock.monotonicMs() >= this.#certainUntil) this.#end('it was not renewed in time');
  }

  #end(why: string): void {
    if (this.#over.signal.aborted) return;
    const { key } = this.fence;
    this.#over.abort(storeError('fenced', `lead ${key}`, why));
    this.#holding.ended();
    this.#log[why === 'resigned' ? 'info' : 'warn']({ why }, 'no longer leading');
    void this.#watch.release();
  }
}
