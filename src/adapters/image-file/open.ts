import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import type { ImageFile } from '../../ports/image-file.ts';
import { DockerArchive, type Layer, measure } from './docker-archive.ts';
import { ImageFileError } from './error.ts';
import { extractFromIso, findInIso, squashfsLayer } from './squashfs.ts';
import { textOf, ToolFailed } from './tool.ts';

export interface OpenOptions {
  /** What a root file system is to be called; an archive of `docker save` has names of its own. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Told how many bytes of the root file system were read. */
  readonly progress: (bytes: number) => void;
}

const MANIFEST = z
  .array(
    z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()) }),
  )
  .min(1);

/** By what stands where in a file. */
const SIGNATURES = [
  { kind: 'squashfs', at: 0, text: 'hsqs' },
  { kind: 'tar', at: 257, text: 'ustar' },
  { kind: 'iso', at: 32_769, text: 'CD001' },
] as const;

/** Reads a file once, to know what it is and what image it makes. @throws ImageFileError when it is none that can be used */
export async function openImageFile(path: string, options: OpenOptions): Promise<ImageFile> {
  const file = await openFile(path);
  try {
    switch (await kindOf(file)) {
      case 'squashfs':
        return await fromLayer('squashfs', await squashfsLayer(file), path, options, file);
      case 'iso': {
        const inside = await findInIso(path, options.signal);
        await file.close();
        return await fromIso(path, inside, options);
      }
      case 'tar': {
        const images = await savedImages(path, options.signal);
        if (images === undefined) {
          const layer = { created: new Date(0), tar: () => createReadStream(path, { highWaterMark: CHUNK }) };
          return await fromLayer('tar of a root file system', layer, path, options, file);
        }
        const { size: bytes } = await file.stat();
        const archive = (signal: AbortSignal) => createReadStream(path, { highWaterMark: CHUNK, signal });
        return { what: 'archive of docker save', images, bytes, archive, close: () => file.close() };
      }
      case undefined:
        throw new ImageFileError(
          `${path} is none of what can be imported: an ISO image with a squashfs in it, a squashfs, a tar of a root file system, ` +
            'an archive of docker save (tars uncompressed)',
        );
    }
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Bytes that are read at a time. */
const CHUNK = 1 << 20;

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new ImageFileError(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      {
        cause: error,
      },
    );
  }
}

async function kindOf(file: FileHandle): Promise<(typeof SIGNATURES)[number]['kind'] | undefined> {
  for (const { kind, at, text } of SIGNATURES) {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(text.length), position: at });
    if (bytesRead === text.length && buffer.toString('latin1') === text) return kind;
  }
  return undefined;
}

async function fromIso(path: string, inside: string, options: OpenOptions): Promise<ImageFile> {
  const squashfs = await extractFromIso(path, inside, options.signal);
  try {
    return await fromLayer(
      `ISO image with ${inside}`,
      await squashfsLayer(squashfs),
      path,
      options,
      squashfs,
    );
  } catch (error) {
    await squashfs.close();
    throw error;
  }
}

/** @param file what is to be closed in the end. */
async function fromLayer(
  what: string,
  layer: Layer,
  path: string,
  { name, signal, progress }: OpenOptions,
  file: FileHandle,
): Promise<ImageFile> {
  const measured = await measure(layer, signal, progress);
  const archive = new DockerArchive(layer, measured, { name, source: basename(path) });
  return {
    what,
    images: [{ id: archive.id, names: [name] }],
    bytes: archive.bytes,
    archive: (stop) => archive.stream(stop),
    close: () => file.close(),
  };
}

/** @returns the images of an archive of `docker save`; undefined: it is none. */
async function savedImages(path: string, signal: AbortSignal): Promise<ImageFile['images'] | undefined> {
  let text: string;
  try {
    text = await textOf('tar', ['--extract', '--to-stdout', '--file', path, 'manifest.json'], { signal });
  } catch (error) {
    // tar ends with 2 when there is no such file in it.
    if (error instanceof ToolFailed) return undefined;
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const manifest = MANIFEST.safeParse(json);
  // An image's id is the digest of its configuration, and the file that holds it is named after that.
  return manifest.data?.map(({ Config, RepoTags }) => ({
    id: `sha256:${Config.replace(/^blobs\/sha256\//, '').replace(/\.json$/, '')}`,
    names: RepoTags ?? [],
  }));
}
