import { createHash } from 'node:crypto';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type ImageConfig, parseDockerfile } from './dockerfile.ts';

/** One image as its directory defines it: Dockerfile, packages.txt and, if any, files/. */
export interface ImageDefinition {
  readonly tag: string;
  readonly config: ImageConfig;
  readonly packages: readonly string[];
  /** Absolute paths of what is laid over the root; empty if nothing is. */
  readonly files: readonly string[];
  /** What `files` are relative to, and where packages.txt is. */
  readonly directory: string;
}

/** Every directory here with a Dockerfile is an image: a further platform is one more directory. */
export async function readDefinitions(root: string): Promise<ImageDefinition[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const directories = entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
  return Promise.all(directories.sort().map(readDefinition));
}

async function readDefinition(directory: string): Promise<ImageDefinition> {
  const path = join(directory, 'Dockerfile');
  const [dockerfile, list] = await Promise.all([
    readFile(path, 'utf8'),
    readFile(join(directory, 'packages.txt'), 'utf8'),
  ]);
  const { config, copiesFiles } = parseDockerfile(dockerfile, path);
  const title = config.Labels['org.opencontainers.image.title'];
  const version = config.Labels['org.opencontainers.image.version'];
  if (title === undefined || version === undefined) {
    throw new Error(
      `${path}: the labels org.opencontainers.image.title and .version make the tag; one is missing.`,
    );
  }
  return {
    tag: `${title}:${version}`,
    config,
    packages: list.split('\n').filter((line) => line !== ''),
    files: copiesFiles ? await filesBelow(join(directory, 'files')) : [],
    directory,
  };
}

/** All files and links below a directory, sorted. Byte code that Python left there is not part of any image. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('__pycache__'))
    .sort();
}

/** Changes when a name, the content or the mode of any of the files does. */
export async function hashFiles(paths: readonly string[], root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const link = await readlink(path).catch(() => undefined);
    const content = link ?? (await readFile(path));
    const executable = link === undefined && ((await stat(path)).mode & 0o100) !== 0;
    hash.update(`${relative(root, path)}\0${executable ? 'x' : '-'}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
