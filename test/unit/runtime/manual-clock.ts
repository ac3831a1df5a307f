import type { Clock } from '../../../src/ports/clock.ts';

interface Wait {
  readonly at: number;
  readonly resolve: () => void;
}

/** Lets everything that can go on without time go on. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #waits = new Set<Wait>();

  now(): string {
    return new Date(Date.UTC(2025, 0, 1) + this.#nowMs).toISOString();
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** Waits that are neither over nor aborted. */
  get pending(): number {
    return this.#waits.size;
  }

  delay(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waits.delete(wait);
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const wait: Wait = {
        at: this.#nowMs + ms,
        resolve: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      if (signal?.aborted === true) {
        abort();
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
      this.#waits.add(wait);
    });
  }

  /** Lets `ms` milliseconds pass, with everything that happens meanwhile in its order. */
  async advance(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    await settle();
    for (let wait = this.#earliest(until); wait !== undefined; wait = this.#earliest(until)) {
      this.#nowMs = Math.max(this.#nowMs, wait.at);
      this.#waits.delete(wait);
      wait.resolve();
      await settle();
    }
    this.#nowMs = until;
  }

  #earliest(until: number): Wait | undefined {
    let earliest: Wait | undefined;
    for (const wait of this.#waits) {
      if (wait.at <= until && (earliest === undefined || wait.at < earliest.at)) earliest = wait;
    }
    return earliest;
  }
}
