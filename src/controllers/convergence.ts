import { type ObjectRef, refText } from '../api/object.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';

/** Measures how long objects take from a change seen to Ready. */
export class Convergence {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #since = new Map<string, number>();
  readonly #ready = new Map<string, { readonly kind: string; readonly ready: boolean }>();

  constructor(clock: Clock, metrics: Metrics) {
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** A version of the object was accepted. */
  changed(ref: ObjectRef): void {
    if (!this.#since.has(refText(ref))) this.#since.set(refText(ref), this.#clock.monotonicMs());
  }

  turned(ref: ObjectRef, ready: boolean): void {
    const since = this.#since.get(refText(ref));
    if (ready && since !== undefined) {
      this.#since.delete(refText(ref));
      this.#metrics.converge.observe({ kind: ref.kind }, (this.#clock.monotonicMs() - since) / 1000);
    }
    if (this.#ready.get(refText(ref))?.ready === ready) return;
    this.#ready.set(refText(ref), { kind: ref.kind, ready });
    this.#count();
  }

  gone(ref: ObjectRef): void {
    this.#since.delete(refText(ref));
    this.#ready.delete(refText(ref));
    this.#count();
  }

  #count(): void {
    const counts = new Map<string, { labels: { kind: string; ready: string }; value: number }>();
    for (const { kind, ready } of this.#ready.values()) {
      const labels = { kind, ready: ready ? 'True' : 'False' };
      const id = `${labels.kind} ${labels.ready}`;
      counts.set(id, { labels, value: (counts.get(id)?.value ?? 0) + 1 });
    }
    this.#metrics.objects.replace({}, [...counts.values()]);
  }
}
