import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ImageArchive } from './images.ts';

const builder = z.object({
  ensureImageArchive: z.function({
    input: [],
    output: z.promise(z.array(z.object({ path: z.string(), id: z.string().optional() }))),
  }),
});

/** The project's images, built on this machine or found in the cache of an earlier build. */
export async function labImages(tell: (line: string) => void): Promise<readonly ImageArchive[]> {
  const module = join(import.meta.dirname, '../images/archive.ts');
  if (!existsSync(module)) {
    tell('  no images: there is no deploy/images/archive.ts');
    return [];
  }
  return builder.parse(await import(module)).ensureImageArchive();
}
