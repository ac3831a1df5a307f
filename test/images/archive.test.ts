import { stat } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ensureImageArchive, type ImageArchive } from '../../deploy/images/archive.ts';

const manifestJson = z.tuple([
  z.object({ Config: z.string(), RepoTags: z.array(z.string()), Layers: z.array(z.string()).min(1) }),
]);
const configJson = z.object({
  config: z.object({ Cmd: z.array(z.string()).optional(), Env: z.array(z.string()) }),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
});

async function content({ path }: ImageArchive) {
  const read = async (name: string): Promise<unknown> => {
    const { stdout } = await execa('tar', ['-xOf', path, name]);
    return JSON.parse(stdout);
  };
  const [manifest] = manifestJson.parse(await read('manifest.json'));
  const { stdout } = await execa('tar', ['-tf', path]);
  return { manifest, config: configJson.parse(await read(manifest.Config)), names: stdout.split('\n') };
}

describe('the archives', () => {
  it('are built once, however many ask at once', async () => {
    const lines: string[] = [];
    const both = await Promise.all([1, 2].map(() => ensureImageArchive((line) => lines.push(line))));
    expect(both[0]).toEqual(both[1]);
    expect(both[0]?.map((archive) => archive.tags)).toEqual([
      ['hinge/base:1'],
      ['hinge/helper:1'],
      ['hinge/host:1'],
      ['hinge/pause:1'],
      ['hinge/router-bird:1'],
      ['hinge/router-frr:1'],
    ]);
    expect(new Set(lines).size).toBe(lines.length);
    lines.length = 0;
    await ensureImageArchive((line) => lines.push(line));
    expect(lines).toEqual([]);
  });

  it('carry the base once', async () => {
    const [base, ...others] = await ensureImageArchive();
    if (base === undefined) throw new Error('no base');
    const baseLayers = (await content(base)).manifest.Layers;
    expect((await stat(base.path)).size).toBeLessThan(200e6);
    for (const other of others) {
      const { manifest, config, names } = await content(other);
      expect(manifest.Layers.slice(0, 1)).toEqual(baseLayers);
      expect(names).not.toContain(baseLayers[0]);
      expect(config.rootfs.diff_ids).toEqual(
        manifest.Layers.map((name) => `sha256:${name.replace('.tar', '')}`),
      );
      expect(config.config.Cmd).toBeDefined();
      expect((await stat(other.path)).size).toBeLessThan(1e6);
    }
  });

  it('tell nothing about the machine that built them', async () => {
    const [base] = await ensureImageArchive();
    if (base === undefined) throw new Error('no base');
    const layer = (await content(base)).manifest.Layers[0] ?? '';
    const { stdout } = await execa('sh', ['-c', 'tar -xOf "$1" "$2" | tar -tf -', 'sh', base.path, layer]);
    const files = new Set(stdout.split('\n'));
    expect(files).toContain('./usr/lib/frr/bgpd');
    expect(files).toContain('./usr/bin/nsenter');
    for (const absent of [
      './etc/hostname',
      './etc/resolv.conf',
      './var/log/dpkg.log',
      './usr/share/doc/frr/',
    ]) {
      expect(files).not.toContain(absent);
    }
  });
});
