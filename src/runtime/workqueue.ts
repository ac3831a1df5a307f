import type { Clock } from '../ports/clock.ts';
import type { WorkqueueMetrics } from '../ports/metrics.ts';
import { Backoff, type BackoffSettings } from './backoff.ts';
import type { Bound } from './bound.ts';
import { DelayedKeys } from './delayed-keys.ts';

export interface WorkQueueOptions {
  /** Label `name` of the metrics. */
  readonly name: string;
  /**
   * Works on one key. It must not reject: a rejection is a bug and ends the process. `leave` gives the place among those
   * that run at once to another key, while this key stays taken until the promise settles.
   */
  readonly process: (key: string, leave: () => void) => Promise<void>;
  /** How many keys may run at once, over all queues that share it. */
  readonly bound: Bound;
  readonly backoff?: Partial<BackoffSettings>;
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random. */
  readonly random: () => number;
  readonly metrics: WorkqueueMetrics;
}

/**
 * Which keys need work, with client-go's promises: a key that is added any number of times before its run runs once; a key
 * never runs twice at once; one that is added during its run runs once more afterwards; keys run in the order in which
 * they were added, so that none starves.
 */
export class WorkQueue {
  readonly #name: string;
  readonly #process: WorkQueueOptions['process'];
  readonly #bound: Bound;
  readonly #clock: Clock;
  readonly #metrics: WorkqueueMetrics;
  readonly #backoff: Backoff;
  readonly #delayed: DelayedKeys;
  /** Keys that need a run, with the time they were added, in milliseconds. */
  readonly #dirty = new Map<string, number>();
  /** Keys that run, with the time they started, in milliseconds. */
  readonly #running = new Map<string, number>();
  readonly #releases: readonly (() => void)[];
  #stopped = false;
  #idle: (() => void)[] = [];

  constructor(options: WorkQueueOptions) {
    this.#name = options.name;
    this.#process = options.process;
    this.#bound = options.bound;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#backoff = new Backoff(options.backoff ?? {}, options.random);
    this.#delayed = new DelayedKeys(options.clock, (key) => this.add(key));
    const labels = { name: options.name };
    this.#releases = [
      this.#metrics.depth.track(labels, () => this.#dirty.size),
      this.#metrics.unfinishedWork.track(
        labels,
        () => this.#runningMs().reduce((sum, ms) => sum + ms, 0) / 1000,
      ),
      this.#metrics.longestRunning.track(labels, () => Math.max(0, ...this.#runningMs()) / 1000),
    ];
  }

  /** Keys that wait for a run, those with a delay not counted. */
  get depth(): number {
    return this.#dirty.size;
  }

  /** Keys that run now. */
  get running(): number {
    return this.#running.size;
  }

  /** Asks for a run as soon as possible. A delayed add of the same key stays. */
  add(key: string): void {
    if (this.#stopped || this.#dirty.has(key)) return;
    this.#dirty.set(key, this.#clock.monotonicMs());
    this.#metrics.adds.increment({ name: this.#name });
    if (!this.#running.has(key)) this.#enqueue(key);
  }

  /** Asks for a run in `ms` milliseconds; of several times asked for the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#stopped) return;
    if (ms > 0) this.#delayed.add(key, ms);
    else this.add(key);
  }

  /** Asks for another try after a failure. @returns the milliseconds until then. */
  addRateLimited(key: string): number {
    const ms = this.#backoff.next(key);
    this.#metrics.retries.increment({ name: this.#name });
    this.addAfter(key, ms);
    return ms;
  }

  /** Failures in a row. */
  failures(key: string): number {
    return this.#backoff.failures(key);
  }

  /** The key is well: its next failure is its first. */
  forget(key: string): void {
    this.#backoff.forget(key);
  }

  /** Takes no more keys and drops those that wait. @returns when no key runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#dirty.clear();
    this.#delayed.clear();
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    for (const release of this.#releases) release();
  }

  #enqueue(key: string): void {
    this.#bound.run((leave) => this.#run(key, leave));
  }

  async #run(key: string, leave: () => void): Promise<void> {
    const addedAt = this.#dirty.get(key);
    if (addedAt === undefined) return;
    this.#dirty.delete(key);
    const labels = { name: this.#name };
    const startedAt = this.#clock.monotonicMs();
    this.#running.set(key, startedAt);
    this.#metrics.queueDuration.observe(labels, (startedAt - addedAt) / 1000);
    try {
      await this.#process(key, leave);
    } finally {
      this.#running.delete(key);
      this.#metrics.workDuration.observe(labels, (this.#clock.monotonicMs() - startedAt) / 1000);
      if (this.#dirty.has(key)) this.#enqueue(key);
      if (this.#running.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  #runningMs(): number[] {
    const now = this.#clock.monotonicMs();
    return [...this.#running.values()].map((startedAt) => now - startedAt);
  }
}
