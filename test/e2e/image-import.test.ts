import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { sharedLab } from '../support/lab.ts';
import { hinge, HINGE, SURROUNDINGS } from '../support/operator.ts';
import { rootFileSystem, type RootFileSystem } from '../support/root-file-system.ts';
import { allRows } from '../support/slow.ts';

describe.runIf(allRows)('hinge image import', () => {
  const lab = sharedLab();
  const made = new Set<string>();
  let directory: string;
  let files: RootFileSystem;

  const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    hinge({ ...lab.env, TMPDIR: path.join(directory, 'tmp'), ...env }, ['image', 'import', ...args]);

  /** Ids by node; undefined where there is none. */
  const idsOf = async (name: string): Promise<readonly (string | undefined)[]> => {
    made.add(name);
    return Promise.all(
      lab.nodes.map(async ({ docker }) => {
        const images = await docker.listImages({ filters: { reference: [name] } });
        return images[0]?.Id;
      }),
    );
  };

  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-import-'));
    await mkdir(path.join(directory, 'tmp'));
    files = await rootFileSystem(directory, '1.4-test', 8_000_000);
  });

  afterAll(async () => {
    for (const name of made)
      for (const { docker } of lab.nodes)
        await docker
          .getImage(name)
          .remove({ force: true })
          .catch(() => undefined);
    await rm(directory, { recursive: true });
  });

  it('makes the same image of an ISO file on every node, and leaves nodes alone that have it', async () => {
    const first = await run([files.iso]);
    expect(first.exitCode, first.stderr).toBe(0);
    const [id, ...others] = await idsOf('hinge/vyos:1.4-test');
    expect(id).toMatch(/^sha256:/);
    expect(others).toEqual([id, id]);
    expect(first.stdout).toBe(`hinge/vyos:1.4-test  ${id ?? ''}`);
    expect(first.stderr).toContain('ISO image with live/filesystem.squashfs');
    expect(await readdir(path.join(directory, 'tmp'))).toEqual([]);

    const { docker } = lab.node('node2');
    const { Config } = await docker.getImage('hinge/vyos:1.4-test').inspect();
    expect(Config).toMatchObject({
      Cmd: ['/sbin/init'],
      Labels: { 'hinge.testbed/imported-from': 'vyos-1.4-test.iso' },
    });
    const container = await docker.createContainer({ Image: 'hinge/vyos:1.4-test' });
    let inside = '';
    for await (const chunk of await container.getArchive({ path: '/etc/os-release' }))
      inside += String(chunk);
    await container.remove();
    expect(inside).toContain('VERSION="1.4-test"');

    const second = await run([files.iso]);
    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.stderr.match(/has it already/g)).toHaveLength(3);
  });

  it('takes a squashfs, a tar and an archive of docker save, too', async () => {
    const squashfs = await run([files.squashfs, '--tag', 'import/squashfs:1']);
    expect(squashfs.exitCode, squashfs.stderr).toBe(0);
    expect(await idsOf('import/squashfs:1')).not.toContain(undefined);
    const tar = await run([files.tar, '--tag', 'import/tar:1']);
    expect(tar.exitCode, tar.stderr).toBe(0);
    expect(await idsOf('import/tar:1')).not.toContain(undefined);

    const saved = path.join(directory, 'saved.tar');
    const { docker } = lab.node('node1');
    const chunks: Buffer[] = [];
    for await (const chunk of await docker.getImage('import/tar:1').get()) chunks.push(chunk as Buffer);
    await writeFile(saved, Buffer.concat(chunks));
    await docker.getImage('import/tar:1').remove();
    const archive = await run([saved, '--tag', 'import/saved:1']);
    expect(archive.exitCode, archive.stderr).toBe(0);
    expect(archive.stderr).toContain('archive of docker save');
    const ids = await idsOf('import/saved:1');
    expect(new Set(ids).size).toBe(1);
    expect(ids).toEqual(await idsOf('import/tar:1'));
  });

  it('names the nodes that could not be given it, and ends with 1', async () => {
    const nodes = `${lab.env['HINGE_NODES'] ?? ''},node9=unix:///run/no-engine-here.sock`;
    const { exitCode, stdout, stderr } = await run([files.iso, '--tag', 'import/partly:1'], {
      HINGE_NODES: nodes,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^node9 +failed: node9 .*no-engine-here/m);
    expect(stderr).toContain('not on every node: node9 failed');
    expect(await idsOf('import/partly:1')).not.toContain(undefined);
  });

  it('leaves neither a file nor a half image behind when it is interrupted', async () => {
    const node = lab.node('node3');
    await node.pause();
    try {
      const child = spawn(
        process.execPath,
        [HINGE, 'image', 'import', files.iso, '--tag', 'import/interrupted:1'],
        {
          env: { ...SURROUNDINGS, ...lab.env, TMPDIR: path.join(directory, 'tmp') },
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      );
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
      const ended = once(child, 'exit');
      await eventually(() => expect(said.match(/imported,/g)).toHaveLength(2), {
        timeoutMs: 60_000,
        message: 'the other nodes have it',
      });
      child.kill('SIGINT');
      const [code] = (await ended) as [number | null];
      expect(code, said).toBe(130);
      expect(said).toContain('interrupted');
    } finally {
      node.resume();
    }
    expect(await readdir(path.join(directory, 'tmp'))).toEqual([]);
    const [, , third] = await idsOf('import/interrupted:1');
    expect(third).toBeUndefined();
  });

  it('says what is missing, and what it cannot use', async () => {
    const without = await run([files.iso], { PATH: '/nonexistent' });
    expect(without.exitCode).toBe(1);
    expect(without.stderr).toContain('install the Debian package libarchive-tools');
    const nothing = path.join(directory, 'nothing.iso');
    await writeFile(nothing, 'hello');
    const unusable = await run([nothing]);
    expect(unusable.exitCode).toBe(1);
    expect(unusable.stderr).toContain('none of what can be imported');
    const absent = await run(['/nonexistent.iso']);
    expect(absent.stderr).toContain('/nonexistent.iso cannot be read (ENOENT)');
    expect((await run([files.iso, '--tag', 'Not A Name'])).exitCode).toBe(2);
  });
});
