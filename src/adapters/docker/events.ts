import type { Readable } from 'node:stream';
import { PREFIX_LABEL, WORKLOAD_LABEL } from '../../core/plan/labels.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { EngineHint } from '../../ports/node-engine.ts';
import type { Engine } from './engine.ts';
import { LineReader } from './lines.ts';
import { type EventLine, eventLine, readableReply } from './replies.ts';

/** What may change a listing. Not among them: exec and health checks, of which there are many. */
const FILTERS = {
  type: ['container', 'network', 'service', 'node', 'image'],
  event: [
    ...['create', 'start', 'die', 'pause', 'unpause', 'destroy'],
    ...['connect', 'disconnect', 'update', 'remove'],
    ...['pull', 'load', 'import', 'tag', 'untag', 'delete'],
  ],
};

/** Milliseconds without any event until the stream is taken for dead: a cut connection looks the same as a quiet node. */
const SILENCE_MS = 60_000;
const FIRST_BACKOFF_MS = 500;
/** An engine that comes back starts its containers at once: what is not heard of them is read at the next relist only. */
const MAX_BACKOFF_MS = 2_000;

/**
 * The events of one engine as hints, for as long as it is not stopped. The engine keeps few events and drops slow listeners,
 * so after every gap there is an `all` hint, once the stream is open again: what is listed then misses nothing.
 */
export class EventStream {
  readonly #engine: Engine;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #silenceMs: number;
  readonly #emit: (hint: EngineHint) => void;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;

  constructor(
    engine: Engine,
    prefix: string,
    tools: { readonly clock: Clock; readonly logger: Logger; readonly silenceMs?: number },
    emit: (hint: EngineHint) => void,
  ) {
    this.#engine = engine;
    this.#prefix = prefix;
    this.#clock = tools.clock;
    this.#logger = tools.logger;
    this.#silenceMs = tools.silenceMs ?? SILENCE_MS;
    this.#emit = emit;
    this.#done = this.#run();
  }

  /** Resolves once nothing is emitted any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    let backoff = FIRST_BACKOFF_MS;
    while (!this.#stopped()) {
      const started = this.#clock.monotonicMs();
      try {
        const stream = await this.#open();
        this.#emit({ node: this.#engine.node, about: 'all' });
        await this.#follow(stream);
      } catch (error) {
        if (this.#stopped()) return;
        this.#logger.debug({ node: this.#engine.node, error }, 'event stream ended');
        if (this.#clock.monotonicMs() - started > MAX_BACKOFF_MS) backoff = FIRST_BACKOFF_MS;
        await this.#clock.delay(backoff, this.#stopping.signal).catch(() => undefined);
        backoff = Math.min(backoff * 2, MAX_BACKOFF_MS);
      }
    }
  }

  async #open(): Promise<Readable> {
    return this.#engine.callNow({
      name: 'events',
      doing: 'listening to events',
      reply: readableReply,
      send: (docker, abortSignal) => docker.getEvents({ filters: FILTERS, abortSignal }),
    });
  }

  /** Resolves when the stream has been silent for too long. @throws when it breaks or is to stop. */
  async #follow(stream: Readable): Promise<void> {
    const stopping = this.#stopping.signal;
    const lines = new LineReader();
    const stop = (): void => void stream.destroy(new Error('stopped'));
    stopping.addEventListener('abort', stop, { once: true });
    if (stopping.aborted) stop();
    const silence = setTimeout(() => stream.destroy(new SilenceError()), this.#silenceMs);
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        silence.refresh();
        for (const line of lines.read(chunk)) this.#hint(eventLine.parse(JSON.parse(line)));
      }
      throw new Error('the engine ended it');
    } catch (error) {
      if (!(error instanceof SilenceError)) throw error;
    } finally {
      clearTimeout(silence);
      stopping.removeEventListener('abort', stop);
      stream.destroy();
    }
  }

  #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #hint(event: EventLine): void {
    const { node } = this.#engine;
    const labels = event.Actor.Attributes;
    if (event.scope === 'swarm') {
      this.#emit({ node, about: 'swarm' });
    } else if (event.Type === 'container') {
      if (labels[PREFIX_LABEL] !== this.#prefix) return;
      const workload = labels[WORKLOAD_LABEL];
      this.#emit({ node, about: 'containers', ...(workload === undefined ? {} : { workload }) });
    } else if (event.Type === 'image') {
      this.#emit({ node, about: 'images' });
    } else if (event.Type === 'network') {
      // Plugs and unplugs change what containers have; labels are not told.
      const plugged = event.Action === 'connect' || event.Action === 'disconnect';
      this.#emit({ node, about: plugged ? 'containers' : 'networks' });
    }
  }
}

/** Nothing came for a long time; nothing need be wrong. */
class SilenceError extends Error {}
