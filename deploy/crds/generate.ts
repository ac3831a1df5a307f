import { readFile, writeFile } from 'node:fs/promises';
import { createTwoFilesPatch } from 'diff';
import { KINDS, type Kind } from '../../src/api/object.ts';
import { rendered } from './render.ts';

const present = async (file: URL): Promise<string> =>
  await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });

/** Writes crds/; with --check writes nothing, but prints what would change and fails if anything would. */
async function main(check: boolean): Promise<void> {
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const { name, url, text } = rendered(kind);
    const before = await present(url);
    if (before === text) continue;
    if (check) {
      process.stdout.write(createTwoFilesPatch(name, name, before, text, 'in the repository', 'from src/api'));
      process.stderr.write(`${name} is not what src/api says: run node --import tsx deploy/crds/generate.ts\n`);
      process.exitCode = 1;
    } else await writeFile(url, text);
  }
}

await main(process.argv.includes('--check'));
