import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { z } from 'zod';
import type { ImageConfig } from './dockerfile.ts';
import { run } from './run.ts';

/** A layer of an image. Without a file it is one that the engine has from another image. */
export interface Layer {
  readonly digest: string;
  readonly createdBy: string;
  readonly file?: string;
}

export interface Image {
  readonly tag: string;
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
}

/** One moment for all images, so that the same content is the same image id on every machine. */
const CREATED = '2025-01-01T00:00:00Z';

const manifestJson = z.tuple([z.object({ Layers: z.array(z.string()) })]);

/** Describes a finished, uncompressed layer tar, whose digest is its name from here on. */
export async function readLayer(file: string, createdBy: string): Promise<Layer> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return { digest: hash.digest('hex'), createdBy, file };
}

/**
 * Writes an image for `docker load`, in the form taken since Docker 1.10: a manifest, the configuration it names, layers.
 * The engine looks for a layer in its store before it looks into the archive, so an archive may leave out what another
 * one has brought. The layers stay uncompressed: engine and archive share a disk, and inflating costs more than reading.
 */
export async function writeDockerArchive(image: Image, directory: string, tar: string): Promise<void> {
  const stage = await mkdtemp(join(directory, 'archive-'));
  const names = ['manifest.json'];
  const write = async (name: string, content: string): Promise<void> => {
    await writeFile(join(stage, name), content);
    if (!names.includes(name)) names.push(name);
  };
  const config = configJson(image);
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
  const layers = image.layers.map((layer) => `${layer.digest}.tar`);
  await write(
    'manifest.json',
    JSON.stringify([{ Config: configName, RepoTags: [image.tag], Layers: layers }]),
  );
  await write(configName, config);
  for (const { digest, file } of image.layers) {
    if (file === undefined) continue;
    await link(file, join(stage, `${digest}.tar`));
    names.push(`${digest}.tar`);
  }
  await run('tar', [
    '--numeric-owner',
    '--owner=0',
    '--group=0',
    '--mtime=@0',
    '-C',
    stage,
    '-cf',
    tar,
    ...names,
  ]);
}

/** The layers that an archive's image consists of, from the bottom, to build further ones upon. */
export async function layersOf(archive: string, createdBy: string): Promise<Layer[]> {
  const { stdout } = await execa('tar', ['-xOf', archive, 'manifest.json']);
  const [{ Layers }] = manifestJson.parse(JSON.parse(stdout));
  return Layers.map((name) => ({ digest: name.replace(/\.tar$/, ''), createdBy }));
}

function configJson({ config, layers }: Image): string {
  return JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: CREATED,
    config,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${layer.digest}`) },
    history: layers.map((layer) => ({ created: CREATED, created_by: layer.createdBy })),
  });
}
