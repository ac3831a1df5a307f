import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

interface Releaser {
  readonly name: string;
  readonly release: () => unknown;
  readonly boundMs: number;
}

export interface LifecycleOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds that one releaser may take unless it says otherwise; default 10 s. */
  readonly boundMs?: number;
}

const DEFAULT_BOUND_MS = 10_000;

const ignore = (): void => undefined;

/** The reason of the lifecycle's signal. */
class Stopping extends Error {
  constructor(why: string) {
    super(`stopping: ${why}`);
    this.name = 'Stopping';
  }
}

/**
 * What has been opened, and how to close it: in reverse order, each within its bound, so that one that hangs or fails never
 * keeps the others open.
 */
export class Lifecycle {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #boundMs: number;
  readonly #releasers: Releaser[] = [];
  readonly #abort = new AbortController();
  #stopping: Promise<boolean> | undefined;
  #clean = true;

  constructor(options: LifecycleOptions) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#boundMs = options.boundMs ?? DEFAULT_BOUND_MS;
  }

  /** Aborts when the stop begins, before the first releaser: for those who only wait. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Registers how to release what was just opened. When the stop is over already it is released at once.
   * @param name as the log shall call it.
   */
  register(name: string, release: () => unknown, boundMs = this.#boundMs): void {
    this.#releasers.push({ name, release, boundMs });
    if (this.#stopping !== undefined) this.#stopping = this.#stopping.then(() => this.#releaseAll());
  }

  /** Releases everything, once; later calls wait for the first. @returns whether all releasers ended well and in time. */
  stop(why: string): Promise<boolean> {
    if (this.#stopping === undefined) {
      this.#logger.info({ why }, 'Stopping');
      this.#abort.abort(new Stopping(why));
      this.#stopping = this.#releaseAll();
    }
    return this.#stopping;
  }

  async #releaseAll(): Promise<boolean> {
    for (let next = this.#releasers.pop(); next !== undefined; next = this.#releasers.pop()) {
      await this.#release(next);
    }
    return this.#clean;
  }

  async #release({ name, release, boundMs }: Releaser): Promise<void> {
    const done = new AbortController();
    const bound = this.#clock.delay(boundMs, done.signal).then(() => 'hangs' as const);
    bound.catch(ignore);
    try {
      const outcome = await Promise.race([bound, Promise.resolve().then(release)]);
      if (outcome === 'hangs') {
        this.#clean = false;
        this.#logger.error({ release: name, boundMs }, 'Release hangs; going on without it');
      }
    } catch (error) {
      this.#clean = false;
      this.#logger.error({ release: name, err: error }, 'Release failed');
    } finally {
      done.abort();
    }
  }
}
