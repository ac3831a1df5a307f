import { createReadStream } from 'node:fs';
import { execa } from 'execa';
import { z } from 'zod';
import { LabError } from './errors.ts';
import type { LabNode } from './node.ts';
import { allSettled, within } from './wait.ts';

/** A file as `docker save` writes it. */
export interface ImageArchive {
  readonly path: string;
  /** Read from the archive when it is not known. */
  readonly id?: string | undefined;
}

const manifest = z.array(z.object({ Config: z.string() })).min(1);
const imageList = z.array(z.object({ Id: z.string(), RepoTags: z.array(z.string()).nullable() }));
const progress = z.object({ error: z.string() });

/** Milliseconds for one archive into one engine; 180 MB take about five seconds when nothing else runs. */
const loadLimit = 180_000;

/** Gives every node every image that it lacks. Nothing can be pulled in a lab, so what is not loaded does not exist. */
export async function loadImages(
  nodes: readonly LabNode[],
  archives: readonly ImageArchive[],
): Promise<void> {
  const wanted = await allSettled(
    archives.map(async (one) => ({ path: one.path, id: one.id ?? (await idOf(one.path)) })),
  );
  await allSettled(
    nodes.map(async (node) => {
      const present = new Set((await listImages(node)).map((image) => image.id));
      for (const { path, id } of wanted) {
        if (!present.has(id)) await within(loadLimit, `${node.name}: loading ${path}`, load(node, path));
      }
    }),
  );
}

export async function listImages(node: LabNode): Promise<{ id: string; tags: string[] }[]> {
  const images = imageList.parse(await within(10_000, `${node.name}: images`, node.docker.listImages()));
  return images.map((image) => ({ id: image.Id, tags: image.RepoTags ?? [] }));
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

/** An image's id is the digest of its configuration, which names the file that holds it. */
async function idOf(path: string): Promise<string> {
  const { stdout } = await execa('tar', ['-xOf', path, 'manifest.json']);
  const config = manifest.parse(JSON.parse(stdout))[0]?.Config ?? '';
  return `sha256:${config.replace(/^blobs\/sha256\//, '').replace(/\.json$/, '')}`;
}
