import { Readable } from 'node:stream';
import type { ImageLoader } from '../../ports/image-loader.ts';
import type { PullOptions } from '../../ports/node-engine.ts';
import { authOf } from './docker-api.ts';
import type { Engine } from './engine.ts';
import { asDockerError, failed, isFailure } from './failure.ts';
import { LineReader } from './lines.ts';
import { anyReply, imageReply, type ProgressLine, progressLine, readableReply } from './replies.ts';

/** Milliseconds until a pull must have begun, and for which it may say nothing: a registry that hangs, says nothing. */
const SILENCE_MS = 60_000;
/** Milliseconds that a pull may take. */
const PULL_MS = 30 * 60_000;
/** Milliseconds that an engine may take for an archive: it is on its disk twice before it is an image. */
const LOAD_MS = 2 * 60 * 60_000;
/** Milliseconds for which an engine may take nothing of an archive, and say nothing. */
const LOAD_SILENCE_MS = 10 * 60_000;

type ImageName = Parameters<ImageLoader['tag']>[1];

/** The images of one engine. */
export class Images implements ImageLoader {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** As the engine itself resolves a name: short names, digests and ids alike. */
  async id(image: string): Promise<string | undefined> {
    try {
      const { Id } = await this.#engine.callNow({
        name: 'image.inspect',
        doing: `looking for the image ${image}`,
        reply: imageReply,
        send: (docker, abortSignal) => docker.getImage(image).inspect({ abortSignal }),
      });
      return Id;
    } catch (error) {
      if (isFailure(error, 'not-found')) return undefined;
      throw error;
    }
  }

  async pull(image: string, { credentials, signal, progress }: PullOptions): Promise<void> {
    const doing = `pulling the image ${image}`;
    const bounds = new Bounds(signal, { silenceMs: SILENCE_MS, totalMs: PULL_MS });
    const layers = new Map<string, { readonly current: number; readonly total: number }>();
    try {
      this.#engine.assertMayChange();
      // Not in turn: a registry that hangs would hold up everything else on the node.
      const stream = await this.#engine.callNow({
        name: 'image.pull',
        doing,
        timeoutMs: SILENCE_MS,
        reply: readableReply,
        send: (docker, abortSignal) =>
          docker.createImage(credentials && authOf(credentials), {
            ...referenceOf(image),
            abortSignal: AbortSignal.any([abortSignal, bounds.signal]),
          }),
      });
      await this.#follow(stream, doing, bounds, (line) => {
        const { current, total } = line.progressDetail ?? {};
        if (line.id === undefined || current === undefined || total === undefined) return;
        if (line.status !== 'Downloading') return;
        layers.set(line.id, { current, total });
        progress(progressText([...layers.values()]));
      });
    } catch (error) {
      throw bounds.explained(asDockerError(error, this.#engine.attempt(doing)), this.#engine, doing);
    } finally {
      bounds.end();
    }
  }

  /** Hands an archive, as `docker save` writes it, to the engine. @param signal ends it: the engine then keeps nothing of it under a name. */
  async load(archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const doing = 'loading an image';
    const bounds = new Bounds(signal, { silenceMs: LOAD_SILENCE_MS, totalMs: LOAD_MS });
    const source = Readable.from(heard(archive, bounds), { objectMode: false });
    const broken = new AbortController();
    source.once('error', (error) => broken.abort(error));
    try {
      this.#engine.assertMayChange();
      const stream = await this.#engine.callNow({
        name: 'image.load',
        doing,
        timeoutMs: LOAD_MS,
        reply: readableReply,
        send: (docker, abortSignal) =>
          docker.loadImage(source, {
            quiet: true,
            abortSignal: AbortSignal.any([abortSignal, bounds.signal, broken.signal]),
          }),
      });
      await this.#follow(stream, doing, bounds, () => undefined);
    } catch (error) {
      if (broken.signal.aborted) throw broken.signal.reason;
      throw bounds.explained(asDockerError(error, this.#engine.attempt(doing)), this.#engine, doing);
    } finally {
      bounds.end();
      source.destroy();
    }
  }

  async tag(image: string, { repository: repo, tag }: ImageName): Promise<void> {
    await this.#engine.change({
      name: 'image.tag',
      doing: `calling the image ${image} ${repo}:${tag}`,
      reply: anyReply,
      send: (docker, abortSignal) => docker.getImage(image).tag({ repo, tag, abortSignal }),
    });
  }

  /** The engine says 200 before it begins: what goes wrong is in what it says meanwhile. */
  async #follow(
    stream: Readable,
    doing: string,
    bounds: Bounds,
    each: (line: ProgressLine) => void,
  ): Promise<void> {
    const lines = new LineReader();
    const read = (text: string): void => {
      const line = progressLine.parse(JSON.parse(text));
      if (line.error !== undefined) throw failed('rejected', this.#engine.attempt(doing), line.error.trim());
      each(line);
    };
    const stop = (): void => void stream.destroy(new Error('stopped'));
    bounds.signal.addEventListener('abort', stop, { once: true });
    if (bounds.signal.aborted) stop();
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        bounds.heard();
        for (const text of lines.read(chunk)) read(text);
      }
      if (lines.rest().trim() !== '') read(lines.rest());
    } finally {
      bounds.signal.removeEventListener('abort', stop);
      stream.destroy();
    }
  }
}

/** When something that may take long is over in any case. */
class Bounds {
  readonly signal: AbortSignal;
  readonly #timeout = new AbortController();
  readonly #silence: NodeJS.Timeout;
  readonly #total: NodeJS.Timeout;
  #why: string | undefined;

  constructor(stop: AbortSignal, { silenceMs, totalMs }: { silenceMs: number; totalMs: number }) {
    this.signal = AbortSignal.any([stop, this.#timeout.signal]);
    this.#silence = setTimeout(
      () => this.#abort(`nothing was heard for ${String(silenceMs / 1000)} s`),
      silenceMs,
    );
    this.#total = setTimeout(
      () => this.#abort(`it was not done within ${String(totalMs / 60_000)} min`),
      totalMs,
    );
  }

  heard(): void {
    this.#silence.refresh();
  }

  end(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
  }

  /** An error that says that time was up, if it was. */
  explained(error: Error, engine: Engine, doing: string): Error {
    return this.#why === undefined ? error : failed('timeout', engine.attempt(doing), this.#why);
  }

  #abort(why: string): void {
    this.#why = why;
    this.#timeout.abort(new Error(why));
  }
}

async function* heard(bytes: AsyncIterable<Uint8Array>, bounds: Bounds): AsyncIterable<Uint8Array> {
  for await (const chunk of bytes) {
    bounds.heard();
    yield chunk;
  }
}

/** A name without a tag would be pulled with all its tags. */
function referenceOf(image: string): { readonly fromImage: string; readonly tag?: string } {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return /[:@]/.test(last) ? { fromImage: image } : { fromImage: image, tag: 'latest' };
}

const MB = 1_000_000;

function progressText(layers: readonly { readonly current: number; readonly total: number }[]): string {
  const sum = (read: (layer: (typeof layers)[number]) => number): string =>
    (layers.reduce((all, layer) => all + read(layer), 0) / MB).toFixed(0);
  return `${sum(({ current }) => current)} of ${sum(({ total }) => total)} MB`;
}
