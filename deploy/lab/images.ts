import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { LabError } from './errors.ts';
import type { LabNode } from './node.ts';
import { run } from './run.ts';
import { allSettled, within } from './wait.ts';

/** A file as `docker save` writes it. */
export interface ImageArchive {
  readonly path: string;
}

const manifest = z.array(z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish() }));
const imageList = z.array(z.object({ Id: z.string(), RepoTags: z.array(z.string()).nullish() }));
const progress = z.object({ error: z.string() });

/** Milliseconds for one archive into one engine: 150 MB take two seconds when nothing else runs. */
const loadLimit = 180_000;

export interface Image {
  readonly id: string;
  readonly tags: readonly string[];
}

/**
 * Gives every node every image that it lacks, in the order of the archives, since one may build on another. Nothing can
 * be pulled in a lab: what is not loaded does not exist.
 */
export async function loadImages(
  nodes: readonly LabNode[],
  archives: readonly ImageArchive[],
): Promise<void> {
  const wanted = await allSettled(
    archives.map(async ({ path }) => ({ path, images: await contentOf(path) })),
  );
  await allSettled(
    nodes.map(async (node) => {
      const present = await listImages(node);
      for (const { path, images } of wanted) {
        if (images.every((image) => isAmong(present, image))) continue;
        await within(loadLimit, `${node.name}: loading ${path}`, load(node, path));
      }
    }),
  );
}

export async function listImages(node: LabNode): Promise<Image[]> {
  const images = imageList.parse(await within(10_000, `${node.name}: images`, node.docker.listImages()));
  return images.map((image) => ({ id: image.Id, tags: image.RepoTags ?? [] }));
}

/** The same tag on another image is an older build, which loading replaces. */
function isAmong(present: readonly Image[], { id, tags }: Image): boolean {
  return present.some((image) => image.id === id && tags.every((tag) => image.tags.includes(tag)));
}

/** An image's id is the digest of its configuration, and the file that holds it is named after that. */
async function contentOf(path: string): Promise<Image[]> {
  const { stdout } = await run('tar', ['--extract', '--to-stdout', '--file', path, 'manifest.json']);
  return manifest.parse(JSON.parse(stdout)).map(({ Config, RepoTags }) => ({
    id: `sha256:${Config.replace(/^blobs\/sha256\//, '').replace(/\.json$/, '')}`,
    tags: RepoTags ?? [],
  }));
}

async function load(node: LabNode, path: string): Promise<void> {
  const reply = await node.docker.loadImage(createReadStream(path, { highWaterMark: 1 << 20 }), {
    quiet: true,
  });
  let text = '';
  for await (const part of reply) text += String(part);
  // The engine says 200 before it starts: what went wrong is in the body.
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const failure = progress.safeParse(JSON.parse(line));
    if (failure.success)
      throw new LabError(`${node.name} does not take the image ${path}: ${failure.data.error}`);
  }
}
