import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { filesBelow, hashFiles, type ImageDefinition, readDefinitions } from './definition.ts';
import { addLayer, type ArchivedImage, type Layer, writeDockerArchive } from './docker-archive.ts';
import { withLock } from './lock.ts';
import { buildRootFileSystem, run, SUITE } from './root-file-system.ts';

/** A file for `docker load`, and the tags that loading it sets. */
export interface ImageArchive {
  readonly path: string;
  readonly tags: string[];
}

export type Progress = (line: string) => void;

const IMAGES = import.meta.dirname;
const CACHE = join(IMAGES, '../../node_modules/.cache/hinge/images');

/**
 * Builds the images into archives unless that was done already with the same definitions. May be called by several
 * processes at once, and be interrupted at any time: a file in the cache is whole or absent.
 */
export async function ensureImageArchive(progress: Progress = printLine): Promise<ImageArchive[]> {
  const definitions = await readDefinitions(IMAGES);
  const inputs = (await filesBelow(IMAGES)).filter((path) => !path.endsWith('.md'));
  const path = join(CACHE, `images-${(await hashFiles(inputs, IMAGES)).slice(0, 16)}.tar`);
  const archives = [{ path, tags: definitions.map((definition) => definition.tag) }];
  if (await exists(path)) return archives;
  await mkdir(CACHE, { recursive: true });
  await withLock(
    join(CACHE, 'lock'),
    () => progress('images: another process is building them; waiting for it'),
    async () => {
      if (!(await exists(path))) await build(definitions, path, progress);
    },
  );
  return archives;
}

/** Every image is the common root file system, and its own files over it. */
async function build(
  definitions: readonly ImageDefinition[],
  path: string,
  progress: Progress,
): Promise<void> {
  await removeAllBut([]);
  const directory = await mkdtemp(join(CACHE, 'build-'));
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;

  const base = await ensureBase(definitions, directory, progress);
  const stage = join(directory, 'archive');
  await mkdir(stage);
  const baseLayer = await addLayer(base, `debootstrap ${SUITE}`, stage);
  const images: ArchivedImage[] = [];
  for (const definition of definitions) {
    const own = await ownLayer(definition, directory, stage);
    images.push({ tag: definition.tag, config: definition.config, layers: [baseLayer, ...own] });
  }
  const tar = join(directory, 'images.tar');
  await writeDockerArchive(images, stage, tar);
  await rename(tar, path);
  await removeAllBut([base, path]);
  progress(
    `images: ${images.map((image) => image.tag).join(', ')} are in ${relative('.', path)} (${seconds()})`,
  );
}

/**
 * The root file system with the packages of all images. One for all costs a little purity (a host has FRR's programs
 * lying about) and saves two thirds of building, loading and disk: every node loads it once.
 */
async function ensureBase(
  definitions: readonly ImageDefinition[],
  directory: string,
  progress: Progress,
): Promise<string> {
  const packages = [...new Set(definitions.flatMap((definition) => definition.packages))].sort();
  const recipe = await readFile(join(IMAGES, 'root-file-system.ts'));
  const key = createHash('sha256').update(recipe).update(packages.join('\n')).digest('hex').slice(0, 16);
  const path = join(CACHE, `base-${key}.tar`);
  if (await exists(path)) return path;
  progress(`images: building the base from Debian packages with debootstrap (about a minute, once)`);
  const tar = join(directory, 'base.tar');
  await buildRootFileSystem(packages, directory, tar);
  await rename(tar, path);
  return path;
}

/** What the Dockerfile copies. Modes are set, not taken over: git keeps only the executable bit, and umasks differ. */
async function ownLayer(definition: ImageDefinition, directory: string, stage: string): Promise<Layer[]> {
  if (definition.files.length === 0) return [];
  const root = join(definition.directory, 'files');
  const tar = join(directory, `${definition.tag.replaceAll(/\W/g, '-')}.tar`);
  const owner = ['--numeric-owner', '--owner=0', '--group=0', '--mtime=@0', '--mode=u+rw,go+r-w,a+X'];
  await run('tar', [
    ...owner,
    '-C',
    root,
    '-cf',
    tar,
    ...definition.files.map((file) => relative(root, file)),
  ]);
  return [await addLayer(tar, 'COPY files/ /', stage)];
}

/** Interrupted builds, and archives of earlier definitions. A reader that has one open keeps it. */
async function removeAllBut(kept: readonly string[]): Promise<void> {
  const names = await readdir(CACHE);
  const wanted = kept.length === 0 ? ['build-'] : ['build-', 'base-', 'images-'];
  const doomed = names
    .filter((name) => wanted.some((prefix) => name.startsWith(prefix)))
    .map((name) => join(CACHE, name));
  const paths = doomed.filter((path) => !kept.includes(path));
  if (paths.length > 0) await run('rm', ['--recursive', '--force', '--one-file-system', ...paths]);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function printLine(line: string): void {
  console.error(line);
}
