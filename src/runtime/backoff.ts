export interface BackoffSettings {
  /** Milliseconds before the first retry. */
  readonly baseMs: number;
  /** Longest wait, in milliseconds. */
  readonly capMs: number;
  /** Share of the wait that is left to chance, 0 to 1: keys that failed together shall not come back together. */
  readonly jitter: number;
}

const DEFAULTS: BackoffSettings = { baseMs: 100, capMs: 30_000, jitter: 0.2 };

/** How long each key waits before its next try: twice as long after every failure, until it is forgotten. */
export class Backoff {
  readonly #settings: BackoffSettings;
  readonly #random: () => number;
  readonly #failures = new Map<string, number>();

  /** @param random from 0 up to 1, as Math.random. */
  constructor(settings: Partial<BackoffSettings>, random: () => number) {
    this.#settings = { ...DEFAULTS, ...settings };
    this.#random = random;
  }

  /** Counts a failure. @returns milliseconds to wait; never more than the cap. */
  next(key: string): number {
    const { baseMs, capMs, jitter } = this.#settings;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(capMs, baseMs * 2 ** failures) * (1 - jitter * this.#random());
  }

  /** Failures in a row. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }
}
