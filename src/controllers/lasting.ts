import type { Clock } from '../ports/clock.ts';

/** For how long something has held, by key: told at each look whether it does. */
export class Lasting {
  readonly #clock: Clock;
  /** Milliseconds, monotonic. */
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns for how many ms it has held; undefined: it does not. */
  ms(key: string, holds: boolean): number | undefined {
    if (!holds) {
      this.#since.delete(key);
      return undefined;
    }
    const now = this.#clock.monotonicMs();
    const since = this.#since.get(key) ?? now;
    this.#since.set(key, since);
    return now - since;
  }
}
