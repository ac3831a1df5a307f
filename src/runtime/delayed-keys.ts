import type { Clock } from '../ports/clock.ts';

const ignore = (): void => undefined;

/** Keys that become due later, each once, at the earliest time asked for. One timer for all of them. */
export class DelayedKeys {
  readonly #clock: Clock;
  readonly #onDue: (key: string) => void;
  readonly #due = new Map<string, number>();
  #timer: { readonly at: number; readonly abort: AbortController } | undefined;

  constructor(clock: Clock, onDue: (key: string) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#due.size;
  }

  /** @param ms milliseconds from now. */
  add(key: string, ms: number): void {
    const at = this.#clock.monotonicMs() + ms;
    if (at >= (this.#due.get(key) ?? Infinity)) return;
    this.#due.set(key, at);
    if (at < (this.#timer?.at ?? Infinity)) this.#arm(at);
  }

  clear(): void {
    this.#due.clear();
    this.#disarm();
  }

  #arm(at: number): void {
    this.#disarm();
    const timer = { at, abort: new AbortController() };
    this.#timer = timer;
    const fire = (): void => {
      if (this.#timer === timer) this.#fire();
    };
    void this.#clock
      .delay(Math.max(0, at - this.#clock.monotonicMs()), timer.abort.signal)
      .then(fire, ignore);
  }

  #disarm(): void {
    this.#timer?.abort.abort();
    this.#timer = undefined;
  }

  #fire(): void {
    this.#disarm();
    const now = this.#clock.monotonicMs();
    const due = [...this.#due].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b);
    for (const [key] of due) this.#due.delete(key);
    let next = Infinity;
    for (const at of this.#due.values()) next = Math.min(next, at);
    if (next < Infinity) this.#arm(next);
    for (const [key] of due) this.#onDue(key);
  }
}
