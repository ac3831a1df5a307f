import type { Clock } from '../ports/clock.ts';

/** For how long something has held, by key: told at each look whether it does. */
export class Lasting {
  readonly #clock: Clock;
  readonly #since = new Map<
    string,
    { readonly of: string; /** Milliseconds, monotonic. */ readonly at: number }
  >();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param of what it holds of: of another one it begins anew. @returns for how many ms it has held; undefined: it does not. */
  ms(key: string, holds: boolean, of = ''): number | undefined {
    if (!holds) {
      this.#since.delete(key);
      return undefined;
    }
    const now = this.#clock.monotonicMs();
    const known = this.#since.get(key);
    const since = known?.of === of ? known : { of, at: now };
    this.#since.set(key, since);
    return now - since.at;
  }
}
