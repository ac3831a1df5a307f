import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ImageConfig } from './dockerfile.ts';
import { run } from './root-file-system.ts';

/** A layer of an image: an uncompressed tar file under a name that is its own digest. */
export interface Layer {
  readonly digest: string;
  readonly from: string;
}

export interface ArchivedImage {
  readonly tag: string;
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
}

/** One moment for all images, so that the same content is the same image id on every machine. */
const CREATED = '2025-01-01T00:00:00Z';

/** Gives a finished layer tar its place in the archive's directory. A layer that is there already is shared. */
export async function addLayer(tar: string, from: string, directory: string): Promise<Layer> {
  const digest = await sha256(tar);
  const path = join(directory, layerName(digest));
  await rm(path, { force: true });
  await link(tar, path);
  return { digest, from };
}

/**
 * Makes the directory's layers into one tar for `docker load`, which takes this form since Docker 1.10: a manifest that
 * names a configuration, tags and layers for each image. Layers that several images name are stored, and loaded, once.
 */
export async function writeDockerArchive(
  images: readonly ArchivedImage[],
  directory: string,
  tar: string,
): Promise<void> {
  const manifest = await Promise.all(
    images.map(async (image) => {
      const config = configJson(image);
      const name = `${createHash('sha256').update(config).digest('hex')}.json`;
      await writeFile(join(directory, name), config);
      return {
        Config: name,
        RepoTags: [image.tag],
        Layers: image.layers.map((layer) => layerName(layer.digest)),
      };
    }),
  );
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
  await run('tar', [
    '--numeric-owner',
    '--owner=0',
    '--group=0',
    '--sort=name',
    '-C',
    directory,
    '-cf',
    tar,
    '.',
  ]);
}

function layerName(digest: string): string {
  return `${digest}.tar`;
}

function configJson({ config, layers }: ArchivedImage): string {
  return JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: CREATED,
    config,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${layer.digest}`) },
    history: layers.map((layer) => ({ created: CREATED, created_by: layer.from })),
  });
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
