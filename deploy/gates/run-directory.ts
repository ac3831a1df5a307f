import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Lab } from '../lab/lab.ts';

/** Takes down the labs that a gate left in the run's directory (it crashed, or was stopped), then removes it. */
export async function removeRunDirectory(directory: string): Promise<void> {
  for (const entry of await readdir(directory)) {
    const dir = path.join(directory, entry);
    if (!existsSync(path.join(dir, 'lab.json'))) continue;
    console.log(`taking down the lab that was left in ${dir}`);
    await Lab.down(dir);
  }
  await rm(directory, { recursive: true, force: true });
}
