import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { filesBelow, hashFiles, type ImageDefinition, readDefinitions } from './definition.ts';
import { type Layer, layersOf, readLayer, writeDockerArchive } from './docker-archive.ts';
import { BASE_ENV } from './dockerfile.ts';
import { withLock } from './lock.ts';
import { buildRootFileSystem, SUITE } from './root-file-system.ts';
import { run } from './run.ts';

/** A file for `docker load`, and the tags that loading it sets. */
export interface ImageArchive {
  readonly path: string;
  readonly tags: string[];
}

export type Progress = (line: string) => void;

/** An archive that may have to be built. Its name changes with everything that goes into it. */
interface Target extends ImageArchive {
  readonly make: (directory: string, tar: string) => Promise<void>;
}

const IMAGES = import.meta.dirname;
const CACHE = join(IMAGES, '../../node_modules/.cache/hinge/images');
const BASE_TAG = 'hinge/base:1';

/**
 * Builds the archives that are missing or whose definitions have changed. May be called by several processes at once, and
 * be interrupted at any time: a file in the cache is whole or absent.
 *
 * **Load them in the order given.** The first is the base: one root file system with the packages of all images. Each
 * of the others is its own few files over it, in an archive of some kilobytes that an engine without the base refuses.
 * So a node stores and loads the base once, and after an edit only those kilobytes.
 */
export async function ensureImageArchive(progress: Progress = printLine): Promise<ImageArchive[]> {
  const targets = await planTargets(progress);
  if (!(await allExist(targets))) {
    await mkdir(CACHE, { recursive: true });
    const waiting = (): void => progress('images: another process is building them; waiting for it');
    await withLock(join(CACHE, 'lock'), waiting, () => build(targets, progress));
  }
  return targets.map(({ path, tags }) => ({ path, tags }));
}

async function planTargets(progress: Progress): Promise<Target[]> {
  const definitions = await readDefinitions(IMAGES);
  const base = await planBase(definitions, progress);
  const code = await hashFiles(
    (await filesBelow(IMAGES)).filter((path) => path.endsWith('.ts')),
    IMAGES,
  );
  const images = await Promise.all(
    definitions.map(async (definition): Promise<Target> => {
      const own = await hashFiles([join(definition.directory, 'Dockerfile'), ...definition.files], IMAGES);
      return {
        path: archivePath(basename(definition.directory), [basename(base.path), code, own]),
        tags: [definition.tag],
        make: async (directory, tar) => {
          const layers = [
            ...(await layersOf(base.path, BASE_TAG)),
            ...(await ownLayer(definition, directory)),
          ];
          await writeDockerArchive(
            { tag: definition.tag, config: definition.config, layers },
            directory,
            tar,
          );
        },
      };
    }),
  );
  return [base, ...images];
}

/**
 * One root file system for all images costs a little purity (a host has FRR's programs lying about) and saves two
 * thirds of building, loading and disk.
 */
async function planBase(definitions: readonly ImageDefinition[], progress: Progress): Promise<Target> {
  const packages = [...new Set(definitions.flatMap((definition) => definition.packages))].sort();
  const recipe = await readFile(join(IMAGES, 'root-file-system.ts'), 'utf8');
  return {
    path: archivePath('base', [recipe, ...packages]),
    tags: [BASE_TAG],
    make: async (directory, tar) => {
      progress('images: building the base from Debian packages with debootstrap (about a minute, once)');
      const layer = join(directory, 'layer.tar');
      await buildRootFileSystem(packages, directory, layer);
      const layers = [await readLayer(layer, `debootstrap ${SUITE}`)];
      await writeDockerArchive(
        { tag: BASE_TAG, config: { Env: BASE_ENV, Labels: {} }, layers },
        directory,
        tar,
      );
    },
  };
}

/** What the Dockerfile copies. Modes are set, not taken over: git keeps only the executable bit, and umasks differ. */
async function ownLayer(definition: ImageDefinition, directory: string): Promise<Layer[]> {
  if (definition.files.length === 0) return [];
  const root = join(definition.directory, 'files');
  const tar = join(directory, `${basename(definition.directory)}.layer.tar`);
  const owner = ['--numeric-owner', '--owner=0', '--group=0', '--mtime=@0', '--mode=u+rw,go+r-w,a+X'];
  await run('tar', [
    ...owner,
    '-C',
    root,
    '-cf',
    tar,
    ...definition.files.map((file) => relative(root, file)),
  ]);
  return [await readLayer(tar, 'COPY files/ /')];
}

async function build(targets: readonly Target[], progress: Progress): Promise<void> {
  const started = performance.now();
  await removeAllBut(targets);
  const directory = await mkdtemp(join(CACHE, 'build-'));
  for (const { path, tags, make } of targets) {
    if (await exists(path)) continue;
    const tar = join(directory, basename(path));
    await make(directory, tar);
    await rename(tar, path);
    progress(`images: ${tags.join(', ')} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }
  await removeAllBut(targets);
}

/** Removes interrupted builds and archives of earlier definitions. A reader that has one open keeps it. */
async function removeAllBut(targets: readonly Target[]): Promise<void> {
  const kept = new Set(['lock', ...targets.map((target) => basename(target.path))]);
  const names = await readdir(CACHE);
  const paths = names.filter((name) => !kept.has(name)).map((name) => join(CACHE, name));
  if (paths.length > 0) await run('rm', ['--recursive', '--force', '--one-file-system', ...paths]);
}

function archivePath(name: string, inputs: readonly string[]): string {
  return join(
    CACHE,
    `${name}-${createHash('sha256').update(inputs.join('\n')).digest('hex').slice(0, 16)}.tar`,
  );
}

async function allExist(targets: readonly Target[]): Promise<boolean> {
  return (await Promise.all(targets.map((target) => exists(target.path)))).every(Boolean);
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
