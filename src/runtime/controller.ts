import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics, ReconcileResult } from '../ports/metrics.ts';
import type { BackoffSettings } from './backoff.ts';
import { Bound } from './bound.ts';
import { ReconcileTimeout } from './reconcile-timeout.ts';
import { TerminalError } from './terminal-error.ts';
import { WorkQueue } from './workqueue.ts';

/** What a reconcile that went well asks for; `{}`: nothing until the next change. */
export interface Result {
  /** Milliseconds until the key is looked at again. */
  readonly requeueAfterMs?: number;
}

export interface ReconcileContext {
  /** Aborts at the time-out and when the controller stops; its reason says which. */
  readonly signal: AbortSignal;
  /** Carries controller, key and reconcileId. */
  readonly logger: Logger;
}

export type Reconcile = (key: string, context: ReconcileContext) => Promise<Result>;

export interface ControllerOptions {
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly queue: {
    /** How many keys may run at once: a number of its own, or a bound that several controllers share. */
    readonly concurrency: number | Bound;
    readonly backoff?: Partial<BackoffSettings>;
  };
  /** Milliseconds that one reconcile may take. */
  readonly timeoutMs: number;
  /** Milliseconds that a reconcile has to end after its signal aborted; default 5 s. */
  readonly graceMs?: number;
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random: spreads retries. */
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const DEFAULT_GRACE_MS = 5_000;

const ignore = (): void => undefined;

const errorOf = (thrown: unknown): Error =>
  thrown instanceof Error
    ? thrown
    : new Error(`not an Error was thrown: ${String(thrown)}`, { cause: thrown });

/** The reason for which the running reconciles are aborted when their controller stops. */
export class ControllerStopped extends Error {
  constructor(controller: string) {
    super(`controller ${controller} stops`);
    this.name = 'ControllerStopped';
  }
}

/**
 * Runs a reconcile for each key that is added, decides what happens after it, and is the only place where its errors are
 * logged and counted. Runs from construction until `stop`.
 */
export class Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #graceMs: number;
  readonly #releases: readonly (() => void)[];
  readonly #aborts = new Set<AbortController>();
  #stopReason: ControllerStopped | undefined;
  #reconciles = 0;

  constructor(options: ControllerOptions) {
    const { name, metrics, queue } = options;
    const bound = typeof queue.concurrency === 'number' ? new Bound(queue.concurrency) : queue.concurrency;
    this.name = name;
    this.#options = options;
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    this.#queue = new WorkQueue({
      name,
      process: (key, leave) => this.#process(key, leave),
      bound,
      ...(queue.backoff && { backoff: queue.backoff }),
      clock: options.clock,
      random: options.random,
      metrics: metrics.workqueue,
    });
    metrics.reconcile.maxConcurrent.set({ controller: name }, bound.places);
    this.#releases = [metrics.reconcile.activeWorkers.track({ controller: name }, () => this.#queue.running)];
  }

  /** Something about the key may have changed. */
  add(key: string): void {
    this.#queue.add(key);
  }

  /** As `add`, in `ms` milliseconds; also how a burst of hints becomes one reconcile, since the earliest time counts. */
  addAfter(key: string, ms: number): void {
    this.#queue.addAfter(key, ms);
  }

  /**
   * Takes no more keys, aborts the reconciles that run, and waits for them, but not longer than the grace.
   * @returns the number of reconciles that had not ended by then (they are logged).
   */
  async stop(): Promise<number> {
    this.#stopReason ??= new ControllerStopped(this.name);
    for (const abort of this.#aborts) abort.abort(this.#stopReason);
    const waited = new AbortController();
    const grace = this.#options.clock.delay(this.#graceMs, waited.signal).catch(ignore);
    await Promise.race([this.#queue.stop(), grace]);
    waited.abort();
    for (const release of this.#releases) release();
    const left = this.#queue.running;
    if (left > 0) {
      const fields = { controller: this.name, running: left, graceMs: this.#graceMs };
      this.#options.logger.warn(fields, 'Controller stopped while reconciles still run');
    }
    return left;
  }

  async #process(key: string, leave: () => void): Promise<void> {
    const { name, clock, metrics } = this.#options;
    this.#reconciles += 1;
    const logger = this.#options.logger.child({ controller: name, key, reconcileId: this.#reconciles });
    const startedAt = clock.monotonicMs();
    const result = await this.#attempt(key, logger, leave);
    const durationMs = Math.round(clock.monotonicMs() - startedAt);
    metrics.reconcile.time.observe({ controller: name }, durationMs / 1000);
    if (result instanceof Error) this.#failed(key, result, logger.child({ durationMs }));
    else this.#succeeded(key, result, logger.child({ durationMs }));
  }

  /** One call of reconcile, with its time-out. Whatever it throws comes back as a value. */
  async #attempt(key: string, logger: Logger, leave: () => void): Promise<Result | Error> {
    const abort = new AbortController();
    const watch = new AbortController();
    this.#aborts.add(abort);
    if (this.#stopReason !== undefined) abort.abort(this.#stopReason);
    void this.#watchTime(abort, watch.signal, logger, leave).catch(ignore);
    try {
      return await this.#options.reconcile(key, { signal: abort.signal, logger });
    } catch (thrown) {
      const error = errorOf(thrown);
      const reason: unknown = abort.signal.reason;
      return reason instanceof ReconcileTimeout ? reason.because(error) : error;
    } finally {
      watch.abort();
      this.#aborts.delete(abort);
    }
  }

  /**
   * Aborts a reconcile that takes too long. One that does not react keeps its key, since a key must never run twice at once,
   * but leaves its place, so that a call that hangs cannot stop the other keys. Rejects when `done` aborts.
   */
  async #watchTime(
    abort: AbortController,
    done: AbortSignal,
    logger: Logger,
    leave: () => void,
  ): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    await clock.delay(timeoutMs, done);
    abort.abort(new ReconcileTimeout(timeoutMs));
    await clock.delay(this.#graceMs, done);
    logger.warn(
      { timeoutMs, graceMs: this.#graceMs },
      'Reconcile ignores its time-out; others go on without it',
    );
    leave();
  }

  #succeeded(key: string, result: Result, logger: Logger): void {
    const { requeueAfterMs } = result;
    this.#count(requeueAfterMs === undefined ? 'success' : 'requeue_after');
    this.#queue.forget(key);
    logger.debug({ requeueAfterMs }, 'Reconciled');
    if (requeueAfterMs !== undefined) this.#queue.addAfter(key, requeueAfterMs);
  }

  #failed(key: string, error: Error, logger: Logger): void {
    if (this.#stopReason !== undefined) {
      logger.debug({ err: error }, 'Reconcile ended by the stop');
      return;
    }
    this.#options.metrics.reconcile.errors.increment({ controller: this.name });
    if (error instanceof TerminalError) {
      this.#count('terminal');
      this.#queue.forget(key);
      logger.error({ err: error }, 'Reconcile failed; the next try follows the next change');
      return;
    }
    this.#count('error');
    const retryInMs = Math.round(this.#queue.addRateLimited(key));
    logger.error({ err: error, failures: this.#queue.failures(key), retryInMs }, 'Reconcile failed');
  }

  #count(result: ReconcileResult): void {
    this.#options.metrics.reconcile.total.increment({ controller: this.name, result });
  }
}
