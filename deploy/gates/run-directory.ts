import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Lab } from '../lab/lab.ts';

/** Labs in a folder or in its subfolders: tests put them there. */
async function labsBelow(folder: string, depth: number): Promise<string[]> {
  if (existsSync(path.join(folder, 'lab.json'))) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const subfolders = entries.filter((entry) => entry.isDirectory());
  const found = subfolders.map((entry) => labsBelow(path.join(folder, entry.name), depth - 1));
  return (await Promise.all(found)).flat();
}

/** Takes down the labs that a gate left in the run's directory (it crashed, or was stopped), then removes it. */
export async function removeRunDirectory(directory: string): Promise<void> {
  for (const dir of await labsBelow(directory, 2)) {
    console.log(`taking down the lab that was left in ${dir}`);
    await Lab.down(dir);
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
