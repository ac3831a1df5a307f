import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

export const SUITE = 'bookworm';

/** Left out of the image: what a container has from its engine, what only apt needs, and what only people read. */
const EXCLUDED = [
  ...['dev', 'proc', 'sys', 'run', 'tmp'].map((directory) => `./${directory}/*`),
  './etc/hostname',
  './etc/resolv.conf',
  './var/cache/apt/*',
  './var/cache/debconf/*-old',
  './var/lib/apt/lists/*',
  './var/log/*',
  ...['doc', 'doc-base', 'info', 'lintian', 'locale', 'man'].map((directory) => `./usr/share/${directory}/*`),
];

/**
 * Builds a Debian root file system with the packages into a tar file, without an engine and without a registry.
 *
 * debootstrap mounts and starts things. It gets namespaces of its own that die with this process, so that an interrupted
 * build leaves nothing but files.
 */
export async function buildRootFileSystem(
  packages: readonly string[],
  directory: string,
  tar: string,
): Promise<void> {
  const root = join(directory, 'root');
  await mkdir(root);
  const own = ['--mount', '--propagation=private', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const command = ['debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, SUITE, root];
  await run('setpriv', ['--pdeathsig=KILL', 'unshare', ...own, ...command]);
  const options = ['--numeric-owner', '--sort=name', '--one-file-system', '--exclude-backups'];
  const excluded = EXCLUDED.map((pattern) => `--exclude=${pattern}`);
  await run('tar', [...options, '--anchored', ...excluded, '-C', root, '-cf', tar, '.']);
}
