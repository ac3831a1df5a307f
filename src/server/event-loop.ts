import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { CheckReport } from '../telemetry/health.ts';

/** How often the loop is sampled, and how many milliseconds one look back spans. */
const RESOLUTION_MS = 50;
const WINDOW_MS = 30_000;

const NANOSECONDS_PER_MS = 1e6;

/**
 * Whether this process gets anything done. One long computation is no reason to restart it; a loop in which half of all turns
 * take longer than the limit is.
 */
export class EventLoopWatch {
  readonly #limitMs: number;
  readonly #delays: IntervalHistogram;
  readonly #window: NodeJS.Timeout;

  /** @param limitMs of the median delay within the last 30 s. */
  constructor(limitMs = 2_000) {
    this.#limitMs = limitMs;
    this.#delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delays.enable();
    this.#window = setInterval(() => this.#delays.reset(), WINDOW_MS);
    this.#window.unref();
  }

  report(): CheckReport {
    const medianMs = Math.max(
      0,
      Math.round(this.#delays.percentile(50) / NANOSECONDS_PER_MS) - RESOLUTION_MS,
    );
    return { name: 'event-loop', ok: medianMs <= this.#limitMs, message: `median delay ${medianMs} ms` };
  }

  close(): void {
    this.#delays.disable();
    clearInterval(this.#window);
  }
}
