import { stat } from 'node:fs/promises';
import { ensureImageArchive } from './archive.ts';

/** `tsx deploy/images/main.ts`: builds the images for the lab, and says where they are. */
for (const { path, tags } of await ensureImageArchive()) {
  const megabytes = ((await stat(path)).size / 1e6).toFixed(2);
  console.log(`${path} (${megabytes} MB): ${tags.join(' ')}`);
}
