import type { Clock } from '../ports/clock.ts';

/** Longest time that a timer of Node.js can wait, in milliseconds; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const reasonOf = (signal: AbortSignal): Error => {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(`aborted: ${String(reason)}`);
};

/** The machine's clock. */
export class SystemClock implements Clock {
  readonly #keepsProcessAlive: boolean;

  /**
   * @param options `keepsProcessAlive: false` is for waits in the background: a process with nothing else to do may end
   * during them. With the default a command that waits for something goes on waiting.
   */
  constructor(options: { readonly keepsProcessAlive?: boolean } = {}) {
    this.#keepsProcessAlive = options.keepsProcessAlive ?? true;
  }

  now(): string {
    return new Date().toISOString();
  }

  monotonicMs(): number {
    return performance.now();
  }

  async delay(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.monotonicMs() + ms;
    do {
      const left = Math.ceil(until - this.monotonicMs());
      await this.#wait(Math.min(Math.max(left, 0), LONGEST_TIMER_MS), signal);
    } while (this.monotonicMs() < until);
  }

  #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal));
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        if (signal !== undefined) reject(reasonOf(signal));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      if (!this.#keepsProcessAlive) timer.unref();
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
