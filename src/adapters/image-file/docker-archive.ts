import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { pack, type Pack } from 'tar-stream';

/** A root file system as a tar that can be read any number of times, always with the same bytes. */
export interface Layer {
  tar(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** When it was made, as far as it says so itself: part of the image, and so of its id. */
  readonly created: Date;
}

/** What is known of a layer once it was read. */
export interface Measured {
  /** SHA-256, in hex. */
  readonly digest: string;
  readonly bytes: number;
}

/** Reads a layer once, for its digest and its length: both come before its content in what an engine is given. */
export async function measure(
  layer: Layer,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<Measured> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of layer.tar(signal)) {
    hash.update(chunk);
    bytes += chunk.length;
    progress(bytes);
  }
  return { digest: hash.digest('hex'), bytes };
}

/** Bytes of a block, and of a header, in a tar. */
const BLOCK = 512;
const padded = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK;

/** An image of one layer, in the form that `docker load` takes since Docker 1.10: a configuration, a layer, a manifest that names them. */
export class DockerArchive {
  readonly id: string;
  readonly bytes: number;
  readonly #layer: Layer;
  readonly #measured: Measured;
  readonly #config: string;
  readonly #manifest: string;

  /** @param name such as `hinge/vyos:1.4`. @param source file name, kept as a label. */
  constructor(
    layer: Layer,
    measured: Measured,
    { name, source }: { readonly name: string; readonly source: string },
  ) {
    this.#layer = layer;
    this.#measured = measured;
    this.#config = configOf(layer, measured, source);
    const digest = createHash('sha256').update(this.#config).digest('hex');
    this.id = `sha256:${digest}`;
    const layers = [`${measured.digest}.tar`];
    this.#manifest = JSON.stringify([{ Config: `${digest}.json`, RepoTags: [name], Layers: layers }]);
    const sizes = [Buffer.byteLength(this.#config), measured.bytes, Buffer.byteLength(this.#manifest)];
    this.bytes = sizes.reduce((sum, size) => sum + BLOCK + padded(size), 2 * BLOCK);
  }

  async *stream(signal: AbortSignal): AsyncIterable<Uint8Array> {
    const tar = pack();
    const writing = this.#write(tar, signal);
    void writing.catch((error: unknown) => {
      tar.destroy(error as Error);
    });
    yield* tar as AsyncIterable<Uint8Array>;
    // A tar whose source breaks off just ends.
    await writing;
  }

  async #write(tar: Pack, signal: AbortSignal): Promise<void> {
    const text = (name: string, content: string): void => void tar.entry({ name, mtime: EPOCH }, content);
    text(`${this.id.slice('sha256:'.length)}.json`, this.#config);
    const { digest, bytes: size } = this.#measured;
    const entry = tar.entry({ name: `${digest}.tar`, size, mtime: EPOCH });
    await pipeline(Readable.from(this.#layer.tar(signal), { objectMode: false }), entry);
    text('manifest.json', this.#manifest);
    tar.finalize();
  }
}

const EPOCH = new Date(0);

/** Docker's names of the processors that Node.js names otherwise. */
const ARCHITECTURES: Readonly<Partial<Record<string, string>>> = { x64: 'amd64', ia32: '386' };

/** A machine's root file system is started by its own init. */
function configOf({ created }: Layer, { digest }: Measured, source: string): string {
  const date = created.toISOString();
  return JSON.stringify({
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    created: date,
    config: {
      Cmd: ['/sbin/init'],
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Labels: { 'hinge.testbed/imported-from': source },
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    history: [{ created: date, created_by: 'hinge image import' }],
  });
}
