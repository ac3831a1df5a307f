import type { Labels } from '../ports/metrics.ts';

/** The part of a prom-client metric that forgets one series. */
interface Removable<L extends string> {
  remove(labels: Labels<L>): void;
}

/** Which series an instrument shows. prom-client removes a series only by its full labels, so they are kept here. */
export class SeriesIndex<L extends string> {
  readonly #names: readonly L[];
  readonly #metric: Removable<L>;
  readonly #series = new Map<string, Labels<L>>();

  constructor(names: readonly L[], metric: Removable<L>) {
    this.#names = names;
    this.#metric = metric;
  }

  add(labels: Labels<L>): void {
    this.#series.set(this.#keyOf(labels), labels);
  }

  /** Removes what matches `scope`, except for the series in `kept`. */
  forget(scope: Partial<Labels<L>>, kept: readonly Labels<L>[] = []): void {
    const keep = new Set(kept.map((labels) => this.#keyOf(labels)));
    for (const [key, labels] of this.#series) {
      const matches = this.#names.every((name) => scope[name] === undefined || scope[name] === labels[name]);
      if (!matches || keep.has(key)) continue;
      this.#metric.remove(labels);
      this.#series.delete(key);
    }
  }

  #keyOf(labels: Labels<L>): string {
    return JSON.stringify(this.#names.map((name) => labels[name]));
  }
}
