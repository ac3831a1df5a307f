import { constants } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Layer } from './docker-archive.ts';
import { ImageFileError } from './error.ts';
import { outputOf, textOf } from './tool.ts';

/** Where live systems, VyOS among them, keep their root file system. */
const USUAL = 'live/filesystem.squashfs';

/** A squashfs as a layer: sqfs2tar turns it into a tar on the fly, needs no root, and writes the same bytes every time. */
export async function squashfsLayer(file: FileHandle): Promise<Layer> {
  const { buffer } = await file.read({ buffer: Buffer.alloc(12), position: 0 });
  // The second word of the superblock is when it was made, in seconds.
  const created = new Date(buffer.readUInt32LE(8) * 1000);
  return { created, tar: (signal) => outputOf('sqfs2tar', ['/proc/self/fd/0'], { signal, stdin: file.fd }) };
}

/** @returns the path of the root file system in an ISO image. @throws ImageFileError when there is none, or more than one that may be it */
export async function findInIso(iso: string, signal: AbortSignal): Promise<string> {
  const names = (await textOf('bsdtar', ['-tf', iso], { signal })).split('\n').map((name) => name.trim());
  const found = names.filter((name) => name.endsWith('.squashfs'));
  const usual = found.find((name) => name.replace(/^\.?\//, '') === USUAL) ?? found[0];
  if (usual !== undefined && (found.length === 1 || usual.endsWith(USUAL))) return usual;
  throw new ImageFileError(
    found.length === 0
      ? `${iso} has no ${USUAL}, nor any other squashfs: it is no live system such as VyOS's`
      : `${iso} has several: ${found.join(', ')}; take the right one out (bsdtar -xf ${iso} PATH), and import that`,
  );
}

/**
 * Takes one file out of an ISO image, since sqfs2tar has to move about in it. It goes to a temporary file without a name, so that nothing is
 * left of it however this process ends.
 */
export async function extractFromIso(iso: string, path: string, signal: AbortSignal): Promise<FileHandle> {
  const directory = await mkdtemp(join(tmpdir(), 'hinge-image-'));
  let file: FileHandle;
  try {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
    file = await open(join(directory, 'squashfs'), flags, 0o600);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  try {
    for await (const chunk of outputOf('bsdtar', ['-xOf', iso, path], { signal })) await file.write(chunk);
    return file;
  } catch (error) {
    await file.close();
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new ImageFileError(
      `no room in ${tmpdir()} for ${path} of ${iso}: set TMPDIR to a directory that has room for it`,
      { cause: error },
    );
  }
}
