import { stat } from 'node:fs/promises';
import { ensureImageArchive } from './archive.ts';

/** `tsx deploy/images/build.ts`: builds the images for the lab, and says where they are. */
for (const { path, tags } of await ensureImageArchive()) {
  const megabytes = Math.round((await stat(path)).size / 1e6);
  console.log(`${path} (${megabytes} MB): ${tags.join(' ')}`);
}
