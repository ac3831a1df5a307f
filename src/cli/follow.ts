import { StoreError } from '../core/failure.ts';
import type { OpenStore } from './wire-store.ts';

/** Without any hint for so long, look anyway. */
const RELIST_MS = 30_000;

/** After an error that may pass, look again no sooner than this. */
const RETRY_MS = 1_000;

const PASSING = new Set(['unavailable', 'timeout']);

const maySettle = (error: unknown): boolean => error instanceof StoreError && PASSING.has(error.kind);

/** A promise that hints resolve, and that is made anew before each look. */
class Wake {
  #resolve: (value: 'changed') => void = () => undefined;
  #promise = this.#next();

  get promise(): Promise<'changed'> {
    return this.#promise;
  }

  give(): void {
    this.#resolve('changed');
  }

  reset(): void {
    this.#promise = this.#next();
  }

  #next(): Promise<'changed'> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}

export interface FollowOptions {
  /** Milliseconds after which to give up; undefined: never. */
  readonly timeoutMs?: number;
  /** Called when etcd is away for a while; what is waited for may still come. */
  readonly onTrouble?: (error: Error) => void;
}

/**
 * Looks at once and then after every change below the prefixes, until there is an answer. Nothing is polled.
 * @returns the answer; undefined when time is up.
 * @throws what the first look throws; later failures to reach etcd are waited out.
 */
export async function follow<T>(
  { store, clock }: OpenStore,
  prefixes: readonly string[],
  look: () => Promise<T | undefined>,
  options: FollowOptions = {},
): Promise<T | undefined> {
  const first = await look();
  if (first !== undefined) return first;
  const stop = new AbortController();
  const wake = new Wake();
  const releases = prefixes.map((prefix) => store.watch(prefix, () => wake.give(), RELIST_MS));
  const timedOut =
    options.timeoutMs === undefined
      ? new Promise<'timeout'>(() => undefined)
      : clock.delay(options.timeoutMs, stop.signal).then(
          () => 'timeout' as const,
          () => 'timeout' as const,
        );
  try {
    while ((await Promise.race([wake.promise, timedOut])) === 'changed') {
      wake.reset();
      try {
        const answer = await look();
        if (answer !== undefined) return answer;
      } catch (error) {
        if (!maySettle(error)) throw error;
        options.onTrouble?.(error as Error);
        void clock.delay(RETRY_MS, stop.signal).then(
          () => wake.give(),
          () => undefined,
        );
      }
    }
    return undefined;
  } finally {
    stop.abort();
    await Promise.all(releases.map((release) => release()));
  }
}
