import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';

/** What the gates' tools are configured with: a planted tree is judged by the project's own rules. */
const CONFIGURATION = [
  '.dependency-cruiser.js',
  '.prettierignore',
  '.prettierrc.json',
  'eslint.config.js',
  'knip.json',
  'package.json',
  'tsconfig.build.json',
  'tsconfig.json',
];

/** A small project of its own, in a temporary folder, in which a test plants what a gate has to find. */
export interface PlantedTree {
  readonly root: string;
  /** Runs one of the project's tools there; a non-zero exit is an answer, not an error. */
  run(tool: string, ...args: string[]): Promise<{ readonly exitCode: number; readonly output: string }>;
  remove(): Promise<void>;
}

/**
 * @param files their contents, by path.
 * @param copied files and folders of this project that it has too.
 */
export async function plantTree(
  files: Readonly<Record<string, string>>,
  copied: readonly string[] = [],
): Promise<PlantedTree> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'hinge-planted-'));
  for (const file of [...CONFIGURATION, ...copied])
    await cp(file, path.join(root, file), { recursive: true });
  await symlink(path.resolve('node_modules'), path.join(root, 'node_modules'));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
  return {
    root,
    run: async (tool, ...args) => {
      const { exitCode, all } = await execa(tool, args, {
        cwd: root,
        all: true,
        reject: false,
        preferLocal: true,
        localDir: path.resolve('.'),
        env: { NO_COLOR: '1', FORCE_COLOR: undefined },
      });
      if (exitCode === undefined) throw new Error(`${tool} did not run: ${all}`);
      return { exitCode, output: all };
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
