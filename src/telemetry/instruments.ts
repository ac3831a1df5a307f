import * as prometheus from 'prom-client';
import type { Counter, Gauge, Histogram, Labels, Sample, TrackedGauge } from '../ports/metrics.ts';
import { SeriesIndex } from './series.ts';

/** Makes the instruments of one registry. */
export class Instruments {
  readonly #registers: [prometheus.Registry];

  constructor(registry: prometheus.Registry) {
    this.#registers = [registry];
  }

  counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    const metric = new prometheus.Counter<L>({ name, help, labelNames, registers: this.#registers });
    const series = new SeriesIndex(labelNames, metric);
    return {
      increment: (labels, by = 1) => {
        series.add(labels);
        metric.inc(labels, by);
      },
      forget: (scope) => series.forget(scope),
    };
  }

  gauge<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    const metric = new prometheus.Gauge<L>({ name, help, labelNames, registers: this.#registers });
    const series = new SeriesIndex(labelNames, metric);
    const set = (labels: Labels<L>, value: number): void => {
      series.add(labels);
      metric.set(labels, value);
    };
    return {
      set,
      replace: (scope: Partial<Labels<L>>, samples: readonly Sample<L>[]) => {
        for (const { labels, value } of samples) set(labels, value);
        series.forget(
          scope,
          samples.map(({ labels }) => labels),
        );
      },
      forget: (scope) => series.forget(scope),
    };
  }

  trackedGauge<L extends string>(name: string, help: string, labelNames: readonly L[]): TrackedGauge<L> {
    const tracked = new Map<string, { readonly labels: Labels<L>; readonly read: () => number }>();
    new prometheus.Gauge<L>({
      name,
      help,
      labelNames,
      registers: this.#registers,
      collect() {
        this.reset();
        for (const { labels, read } of tracked.values()) this.set(labels, read());
      },
    });
    return {
      track: (labels, read) => {
        const key = JSON.stringify(labelNames.map((label) => labels[label]));
        const entry = { labels, read };
        tracked.set(key, entry);
        return () => {
          if (tracked.get(key) === entry) tracked.delete(key);
        };
      },
    };
  }

  /** @param buckets upper bounds, in seconds. */
  histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: readonly number[],
  ): Histogram<L> {
    const registers = this.#registers;
    const metric = new prometheus.Histogram<L>({ name, help, labelNames, buckets: [...buckets], registers });
    const series = new SeriesIndex(labelNames, metric);
    return {
      observe: (labels, seconds) => {
        series.add(labels);
        metric.observe(labels, seconds);
      },
      forget: (scope) => series.forget(scope),
    };
  }
}
