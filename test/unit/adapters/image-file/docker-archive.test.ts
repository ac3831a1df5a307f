import { createHash } from 'node:crypto';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { DockerArchive, type Layer, measure } from '../../../../src/adapters/image-file/docker-archive.ts';

const layerOf = (content: string): Layer => ({
  created: new Date('2024-01-02T03:04:05Z'),
  async *tar() {
    for (const part of content.split(/(?=-)/)) yield await Promise.resolve(Buffer.from(part));
  },
});

const never = new AbortController().signal;
const made = { name: 'hinge/vyos:1.4', source: 'vyos-1.4.iso' };

async function archiveOf(content: string): Promise<DockerArchive> {
  const layer = layerOf(content);
  return new DockerArchive(layer, await measure(layer, never, () => undefined), made);
}

async function bytesOf(archive: DockerArchive): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive.stream(never)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Files of a tar, by name. */
async function filesIn(tar: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const reader = extract();
  const read = new Promise<void>((resolve, reject) => {
    reader.on('entry', ({ name }, stream, next) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        files.set(name, Buffer.concat(chunks));
        next();
      });
    });
    reader.on('finish', resolve);
    reader.on('error', reject);
  });
  reader.end(tar);
  await read;
  return files;
}

const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

describe('DockerArchive', () => {
  it('is what docker load takes: a manifest that names a configuration, which names the layer', async () => {
    const archive = await archiveOf('one-two-three');
    const files = await filesIn(await bytesOf(archive));
    const manifest: unknown = JSON.parse(String(files.get('manifest.json')));
    const layer = sha256('one-two-three');
    const config = `${archive.id.slice('sha256:'.length)}.json`;
    expect(manifest).toEqual([{ Config: config, RepoTags: ['hinge/vyos:1.4'], Layers: [`${layer}.tar`] }]);
    expect(String(files.get(`${layer}.tar`))).toBe('one-two-three');
    expect(archive.id).toBe(`sha256:${sha256(files.get(config) ?? '')}`);
    expect(JSON.parse(String(files.get(config)))).toMatchObject({
      os: 'linux',
      created: '2024-01-02T03:04:05.000Z',
      config: { Cmd: ['/sbin/init'], Labels: { 'hinge.testbed/imported-from': 'vyos-1.4.iso' } },
      rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
    });
  });

  it('has the length that it says, and the same bytes every time', async () => {
    for (const length of [0, 1, 511, 512, 513, 5_000]) {
      const archive = await archiveOf('x'.repeat(length));
      const bytes = await bytesOf(archive);
      expect(bytes).toHaveLength(archive.bytes);
      expect((await bytesOf(archive)).equals(bytes)).toBe(true);
    }
  });

  it('is another image when its content is', async () => {
    expect((await archiveOf('one')).id).toBe((await archiveOf('one')).id);
    expect((await archiveOf('one')).id).not.toBe((await archiveOf('two')).id);
  });

  it('breaks off when the layer does', async () => {
    const archive = await archiveOf('one-two');
    const broken: Layer = {
      ...layerOf(''),
      async *tar() {
        yield await Promise.resolve(Buffer.from('one'));
        throw new Error('the disk is gone');
      },
    };
    const half = new DockerArchive(broken, { digest: 'x', bytes: 7 }, made);
    expect(archive.bytes).toBeGreaterThan(0);
    await expect(bytesOf(half)).rejects.toThrow('the disk is gone');
  });
});
