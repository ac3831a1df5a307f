import type { Clock } from '../ports/clock.ts';

const ignore = (): void => undefined;

interface Cached<T> {
  readonly value: T;
  /** Milliseconds; the value may have been true no later than this. */
  readonly readAt: number;
}

export interface CoalescerOptions {
  readonly clock: Clock;
  /** A cached value that was read longer ago, in milliseconds, is as good as dirty. Default: it never gets too old. */
  readonly maxAgeMs?: number;
}

/**
 * A value that is expensive to read and that many ask for. At most one read is in flight; whoever asks meanwhile shares the
 * next one, since the one in flight may have passed what they want to see.
 *
 * A failure goes to all who share the read, and the value stays dirty. `fetch` must be bounded: everybody waits for it.
 */
export class Coalescer<T> {
  readonly #fetch: () => Promise<T>;
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  /** Counts invalidations: a read that began in an earlier generation may be stale. */
  #generation = 0;
  #cached: Cached<T> | undefined;
  #inFlight: { readonly value: Promise<T>; readonly generation: number } | undefined;
  #next: Promise<T> | undefined;

  constructor(fetch: () => Promise<T>, options: CoalescerOptions) {
    this.#fetch = fetch;
    this.#clock = options.clock;
    this.#maxAgeMs = options.maxAgeMs ?? Infinity;
  }

  /** The cached value when nothing says that it is stale, else one whose read began after the last `invalidate`. */
  read(): Promise<T> {
    if (this.#cached !== undefined && this.#clock.monotonicMs() - this.#cached.readAt <= this.#maxAgeMs) {
      return Promise.resolve(this.#cached.value);
    }
    const shared = this.#inFlight?.generation === this.#generation ? this.#inFlight.value : undefined;
    return shared ?? this.fresh();
  }

  /** A value whose read begins after this call. Calls of one turn of the event loop share it. */
  fresh(): Promise<T> {
    this.#next ??= this.#fetchNext(this.#inFlight?.value);
    return this.#next;
  }

  /** The value may have changed; a read that is in flight does not count any more. */
  invalidate(): void {
    this.#generation += 1;
    this.#cached = undefined;
  }

  async #fetchNext(before: Promise<T> | undefined): Promise<T> {
    await before?.catch(ignore);
    this.#next = undefined;
    const readAt = this.#clock.monotonicMs();
    const generation = this.#generation;
    const value = Promise.resolve().then(this.#fetch);
    this.#inFlight = { value, generation };
    try {
      const result = await value;
      if (generation === this.#generation) this.#cached = { value: result, readAt };
      return result;
    } catch (error) {
      this.#cached = undefined;
      throw error;
    } finally {
      this.#inFlight = undefined;
    }
  }
}
