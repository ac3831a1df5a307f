import type { Clock } from '../../ports/clock.ts';
import type { ChangeHint } from '../../ports/object-store.ts';

/** After a hint, further changes wait so many milliseconds and then share one. */
const GATHER_MS = 10;

/**
 * Turns any number of changes into few hints: the first one at once, one more after a burst, and one at least every
 * `relistMs`. After the last change there is always a hint.
 */
export class Hints {
  readonly #hint: ChangeHint;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #gathering = false;
  #missed = false;
  #lastAt: number;

  constructor(hint: ChangeHint, relistMs: number, clock: Clock, signal: AbortSignal) {
    this.#hint = hint;
    this.#clock = clock;
    this.#signal = signal;
    this.#lastAt = clock.monotonicMs();
    this.#remind(relistMs).catch(ignoreAbort(signal));
  }

  /** Something may have changed. */
  give(): void {
    if (this.#signal.aborted) return;
    this.#missed = true;
    if (!this.#gathering) this.#gather().catch(ignoreAbort(this.#signal));
  }

  async #gather(): Promise<void> {
    this.#gathering = true;
    try {
      while (this.#missed) {
        this.#missed = false;
        this.#lastAt = this.#clock.monotonicMs();
        this.#hint();
        await this.#clock.delay(GATHER_MS, this.#signal);
      }
    } finally {
      this.#gathering = false;
    }
  }

  async #remind(relistMs: number): Promise<void> {
    for (;;) {
      const left = this.#lastAt + relistMs - this.#clock.monotonicMs();
      if (left <= 0) this.give();
      await this.#clock.delay(left > 0 ? left : relistMs, this.#signal);
    }
  }
}

/** The end of a loop that its signal has ended; anything else is a defect and is not hidden. */
export function ignoreAbort(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}
