import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ImageArchive } from './images.ts';
import { makeDir } from './layout.ts';
import type { LabNode } from './node.ts';
import { run } from './run.ts';

const cache = join(import.meta.dirname, '../../node_modules/.cache/hinge/engine-images');

/** What an engine with the usual storage driver keeps of its images, below its data directory. */
const records = 'image';
const layers = 'overlay2';

/**
 * The images of an engine that has loaded exactly these archives. Three engines that load 150 MB keep two cores busy for
 * four seconds; giving a new engine the result takes a fraction of one. The files of layers become further links to the
 * same files, which is safe, for no engine writes into a layer: and so nodes share them on disk and in memory.
 */
export class ImageCache {
  readonly #path: string;

  constructor(archives: readonly ImageArchive[]) {
    const key = createHash('sha256');
    // Another engine may keep its images in another form.
    for (const path of [
      ...archives.map((archive) => archive.path),
      '/usr/sbin/dockerd',
      '/usr/bin/dockerd',
    ]) {
      const stat = statSync(path, { throwIfNoEntry: false });
      key.update(`${path} ${String(stat?.size)} ${String(stat?.mtimeMs)}\n`);
    }
    this.#path = join(cache, key.digest('hex').slice(0, 16));
  }

  get exists(): boolean {
    return existsSync(this.#path);
  }

  /** Gives the images to a node whose engine never ran. What goes wrong costs only time: then the engine loads them. */
  async giveTo(node: LabNode): Promise<void> {
    const { dataDir } = node.layout;
    if (!this.exists || existsSync(dataDir)) return;
    makeDir(dataDir);
    try {
      await copyImages(this.#path, dataDir);
    } catch {
      await rm(dataDir, { recursive: true, force: true });
    }
  }

  /** Keeps the images of a node that has them all, and nothing else: no container yet. Drops old ones. */
  async keep(node: LabNode): Promise<void> {
    if (this.exists || !existsSync(join(node.layout.dataDir, layers))) return;
    makeDir(cache);
    const copy = await mkdtemp(join(cache, 'new-'));
    try {
      await copyImages(node.layout.dataDir, copy);
      await rename(copy, this.#path);
    } catch {
      await rm(copy, { recursive: true, force: true });
    }
    await dropOld(basename(this.#path));
  }
}

/** Another lab may be at work with one that is young. */
async function dropOld(keep: string): Promise<void> {
  const hourAgo = Date.now() - 3_600_000;
  const others = (await readdir(cache)).filter((name) => name !== keep).map((name) => join(cache, name));
  const old = others.filter(
    (path) => (statSync(path, { throwIfNoEntry: false })?.birthtimeMs ?? 0) < hourAgo,
  );
  await Promise.all(old.map((path) => rm(path, { recursive: true, force: true })));
}

async function copyImages(from: string, to: string): Promise<void> {
  const linked = statSync(from).dev === statSync(to).dev ? ['--link'] : [];
  await run('cp', ['--archive', join(from, records), to]);
  await run('cp', ['--archive', ...linked, join(from, layers), to]);
}
