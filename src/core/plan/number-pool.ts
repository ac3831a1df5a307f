/** Whole numbers of a range, the lowest free one first. */
export class NumberPool {
  readonly #taken: ReadonlySet<number>;
  readonly #last: number;
  #next: number;

  constructor(range: { readonly first: number; readonly last: number }, taken: ReadonlySet<number>) {
    this.#taken = taken;
    this.#last = range.last;
    this.#next = range.first;
  }

  /** @returns undefined when all are used. */
  take(): number | undefined {
    while (this.#next <= this.#last && this.#taken.has(this.#next)) this.#next += 1;
    if (this.#next > this.#last) return undefined;
    this.#next += 1;
    return this.#next - 1;
  }
}
