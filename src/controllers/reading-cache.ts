import type { Reading } from '../core/diff/observed.ts';
import type { Clock } from '../ports/clock.ts';
import { Coalescer } from '../runtime/coalesce.ts';

/** A part that failed is tried again, in the background, no sooner than this many milliseconds later. */
export const RETRY_MS = 1_000;

/**
 * One part of what Docker says, read again only after something may have changed it. Never rejects: a failure is a reading. While a part
 * fails nobody waits for it, so that a dead engine never holds up the others.
 */
export class ReadingCache<T> {
  readonly #coalescer: Coalescer<T>;
  readonly #clock: Clock;
  readonly #recovered: () => void;
  #last: Reading<T> | undefined;
  #retryAt = -Infinity;

  /** @param recovered called when a part that failed can be read again. */
  constructor(fetch: () => Promise<T>, options: { clock: Clock; maxAgeMs: number; recovered: () => void }) {
    this.#coalescer = new Coalescer(fetch, options);
    this.#clock = options.clock;
    this.#recovered = options.recovered;
  }

  invalidate(): void {
    this.#coalescer.invalidate();
  }

  /** The same value (identity included) as long as nothing was read anew. */
  async read(): Promise<Reading<T>> {
    const last = this.#last;
    if (last?.ok !== false) return this.#attempt();
    if (this.#clock.monotonicMs() >= this.#retryAt) {
      this.#retryAt = Infinity;
      void this.#attempt().then(({ ok }) => {
        if (ok) this.#recovered();
      });
    }
    return last;
  }

  async #attempt(): Promise<Reading<T>> {
    try {
      const value = await this.#coalescer.read();
      if (this.#last?.ok !== true || this.#last.value !== value) this.#last = { ok: true, value };
    } catch (error) {
      this.#retryAt = this.#clock.monotonicMs() + RETRY_MS;
      this.#last = { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
    return this.#last;
  }
}
