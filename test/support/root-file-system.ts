import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

/**
 * Files such as a router's maker gives out, with next to nothing in them: laid out like VyOS's, which none of the tests has. Each holds the same
 * root file system.
 */
export interface RootFileSystem {
  readonly iso: string;
  readonly squashfs: string;
  readonly tar: string;
}

/** @param bytes of noise in it, which no compression makes shorter. */
export async function rootFileSystem(directory: string, version: string, bytes = 0): Promise<RootFileSystem> {
  const at = (name: string): string => path.join(directory, name);
  await Promise.all(
    [at('root/etc'), at('root/sbin'), at('cd/live'), at('cd/boot')].map((one) =>
      mkdir(one, { recursive: true }),
    ),
  );
  await writeFile(at('root/etc/os-release'), `NAME="No VyOS"\nVERSION="${version}"\n`);
  await writeFile(at('root/sbin/init'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(at('root/etc/noise'), noise(bytes));
  await writeFile(at('cd/boot/vmlinuz'), 'no kernel');
  const files = {
    iso: at(`vyos-${version}.iso`),
    squashfs: at('cd/live/filesystem.squashfs'),
    tar: at('root.tar'),
  };
  await execa('tar', ['-C', at('root'), '-cf', files.tar, '.']);
  await execa('tar2sqfs', ['-q', '-f', files.squashfs], { inputFile: files.tar });
  await execa('xorriso', ['-as', 'mkisofs', '-quiet', '-J', '-R', '-o', files.iso, at('cd')]);
  await rm(at('root'), { recursive: true });
  return files;
}

/** Bytes without a pattern, the same every time. */
function noise(bytes: number): Buffer {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = 1;
  for (let at = 0; at < words.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words[at] = state ^ (state >>> 15);
  }
  return Buffer.from(words.buffer, 0, bytes);
}
