import type { Etcd3, IWatchResponse, Range } from 'etcd3';
import { StoreError } from '../../core/failure.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ChangeHint } from '../../ports/object-store.ts';
import { backoff } from './backoff.ts';
import { BoundPassed } from './bounded.ts';
import type { EtcdClient } from './client.ts';
import { probeOf } from './entry.ts';
import { passes, toStoreError } from './errors.ts';
import { hangUp } from './hang-up.ts';
import { Hints } from './hints.ts';

type WatchStream = Awaited<ReturnType<Etcd3['watchClient']['watch']>>;

/** A stream that lasted so many milliseconds was a good one: the next break starts with a short pause again. */
const LASTED_MS = 5_000;

/**
 * Hints for a range of keys, on a stream of its own: etcd3's watcher can skip history when it reconnects
 * early, and is silent after a compaction. No event has to be replayed here, so no revision is kept: a stream
 * begins with a hint once etcd has confirmed it, and from then on reports every change or breaks. A break is
 * a hint, too.
 */
export class RangeWatch {
  readonly #client: EtcdClient;
  readonly #range: Range;
  readonly #name: string;
  readonly #log: Logger;
  readonly #hints: Hints;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(
    client: EtcdClient,
    range: Range,
    hint: ChangeHint,
    { relistMs, log }: { readonly relistMs: number; readonly log: Logger },
  ) {
    this.#client = client;
    this.#range = range;
    this.#name = `watch ${range.start.toString()}`;
    this.#log = log.child({ watch: range.start.toString() });
    this.#hints = new Hints(hint, relistMs, client.clock, this.#stop.signal);
    this.#running = this.#run();
  }

  /** After this no hint comes. */
  async release(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#client;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      const beganAt = clock.monotonicMs();
      try {
        await this.#follow(() => {
          if (failures > 0) this.#log.info({ failures }, 'etcd watch is back');
          this.#hints.give();
        });
      } catch (err) {
        if (this.#stop.signal.aborted) return;
        this.#hints.give();
        failures = clock.monotonicMs() - beganAt > LASTED_MS ? 1 : failures + 1;
        const retryMs = backoff(failures);
        this.#tell(err, failures, retryMs);
        await clock.delay(retryMs, signal).catch(() => undefined);
      }
    }
  }

  /** Once per outage, and in full only if the client has not told of it already. */
  #tell(err: unknown, failures: number, retryMs: number): void {
    if (failures > 1) this.#log.debug({ err, failures, retryMs }, 'etcd watch broke again');
    else if (err instanceof StoreError && passes(err)) this.#log.info({ retryMs }, 'etcd watch broke');
    else this.#log.warn({ err, retryMs }, 'etcd refuses a watch');
  }

  /**
   * One stream, until it breaks or the watch is released. Asking first finds an endpoint that answers and
   * renews the token.
   */
  async #follow(connected: () => void): Promise<never> {
    const stop = this.#stop.signal;
    await this.#client.read(this.#name, probeOf(this.#range.start, this.#range.end), { signal: stop });
    const opening = this.#client.stream(this.#name, (etcd) => etcd.watchClient.watch(), stop);
    const { stream, endpoint, broken } = await opening;
    const over = new AbortController();
    try {
      stop.throwIfAborted();
      return await new Promise<never>((_, reject) => {
        const { clock } = this.#client;
        let heardAt = clock.monotonicMs();
        stream.on('error', reject);
        stream.on('end', () => reject(new Error('etcd ended the stream')));
        stream.on('data', (response) => {
          heardAt = clock.monotonicMs();
          if (response.canceled) reject(this.#cancelled(response, endpoint));
          else if (response.created) connected();
          else if (response.events.length > 0) this.#hints.give();
        });
        stop.addEventListener('abort', () => reject(new Error('released')), { signal: over.signal });
        stream.write({ create_request: { key: this.#range.start, range_end: this.#range.end } });
        this.#listen(stream, () => clock.monotonicMs() - heardAt, over.signal).catch(reject);
      });
    } catch (cause) {
      throw cause instanceof StoreError || stop.aborted ? cause : broken(cause);
    } finally {
      over.abort();
      hangUp(stream);
    }
  }

  /**
   * A connection into a black hole never fails by itself: etcd is asked for its revision, and has to answer
   * in time.
   */
  async #listen(stream: WatchStream, silentFor: () => number, over: AbortSignal): Promise<never> {
    const { clock, silenceMs } = this.#client;
    for (;;) {
      await clock.delay(silenceMs / 3, over);
      if (silentFor() > silenceMs) throw new BoundPassed(silenceMs);
      stream.write({ progress_request: {} });
    }
  }

  /** etcd ends a watch that may not be, or that fell so far behind that its revisions are compacted. */
  #cancelled(response: IWatchResponse, endpoint: string): StoreError {
    const why = response.cancel_reason || `compacted at revision ${response.compact_revision}`;
    return toStoreError(new Error(why), this.#name, endpoint);
  }
}
