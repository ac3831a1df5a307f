import { DockerError } from '../core/failure.ts';
import type { PullState } from '../core/diff/image-presence.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Fleet } from '../ports/node-engine.ts';
import { Backoff } from '../runtime/backoff.ts';
import type { RegistryAccess } from './secret-book.ts';

/** What was pulled counts as the registry's for so many ms. */
const FRESH_MS = 60_000;
/** A pull that failed is tried again after this many ms, then later and later. */
const RETRY = { baseMs: 10_000, capMs: 300_000 } as const;
/** How far a pull is, is told no more often than once in so many ms. */
const TELL_MS = 2_000;

interface PullerDeps {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Aborts when this operator does not lead any more. */
  readonly over: AbortSignal;
  /** @param ended of a node: what it has may be different now; undefined: there is more to tell. */
  readonly changed: (ended: string | undefined) => void;
}

interface Pull {
  state: PullState;
  /** Milliseconds, monotonic: from then on it counts as not begun. */
  until: number;
}

/** Has engines fetch images from their registries: in the background, each image once at a time on a node, and after a failure not at once again. */
export class ImagePuller {
  readonly #deps: PullerDeps;
  readonly #backoff: Backoff;
  readonly #pulls = new Map<string, Pull>();
  #toldAt = -Infinity;

  constructor(deps: PullerDeps) {
    this.#deps = deps;
    this.#backoff = new Backoff(RETRY, deps.random);
  }

  /** @returns undefined: not begun, or to be begun again. */
  state(node: string, image: string, access: RegistryAccess): PullState | undefined {
    if ('unusable' in access) return { type: 'failed', words: access.unusable };
    const pull = this.#pulls.get(keyOf(node, image, access));
    return pull !== undefined && this.#deps.clock.monotonicMs() < pull.until ? pull.state : undefined;
  }

  /** Begins, and returns at once. */
  begin(node: string, image: string, access: RegistryAccess): void {
    const engine = this.#deps.fleet.engines.get(node);
    if ('unusable' in access || engine === undefined) return;
    const { credentials } = access;
    const { clock, logger, over, changed } = this.#deps;
    const key = keyOf(node, image, access);
    const pull: Pull = { state: { type: 'pulling', progress: 'asking the registry' }, until: Infinity };
    this.#pulls.set(key, pull);
    logger.info({ node, image }, 'pulling image');
    const progress = (text: string): void => {
      pull.state = { type: 'pulling', progress: text };
      if (clock.monotonicMs() - this.#toldAt < TELL_MS) return;
      this.#toldAt = clock.monotonicMs();
      changed(undefined);
    };
    void engine.pull(image, { credentials, signal: over, progress }).then(
      () => {
        this.#backoff.forget(key);
        pull.state = { type: 'pulled' };
        pull.until = clock.monotonicMs() + FRESH_MS;
        logger.info({ node, image }, 'image pulled');
        changed(node);
      },
      (error: unknown) => {
        if (over.aborted) return;
        pull.state = { type: 'failed', words: wordsOf(error) };
        pull.until = clock.monotonicMs() + this.#backoff.next(key);
        logger.warn({ node, image, err: error }, 'image not pulled');
        changed(node);
      },
    );
  }
}

/** Another value of the secret is another try. */
const keyOf = (node: string, image: string, access: Exclude<RegistryAccess, { unusable: string }>): string =>
  `${node} ${image} ${access.revision ?? ''}`;

/** The registry's words: what comes before them, the condition says itself. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const what = error instanceof DockerError ? error.what : error.message;
  return what.replace(/^.*?: pulling the image [^ ]+: /, '');
}
