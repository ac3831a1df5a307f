import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hinge, mainFile, router, Scene, useEtcd } from './hinge.ts';

const etcd = useEtcd();
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-shell-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** Packages that a run loads, as V8's own record of scripts says. */
async function packagesOf(...args: readonly string[]): Promise<Set<string>> {
  const record = await mkdtemp(path.join(directory, 'v8-'));
  await hinge(args, { env: { NODE_V8_COVERAGE: record } });
  const files = await readdir(record);
  const texts = await Promise.all(files.map((file) => readFile(path.join(record, file), 'utf8')));
  const urls = texts.flatMap((text) =>
    (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
  );
  return new Set(
    urls.flatMap((url) => /.*\/node_modules\/(?!\.)((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []),
  );
}

describe('the process', () => {
  it('loads no more than it needs', async () => {
    expect([...(await packagesOf('--help'))]).toEqual(['commander']);
    expect([...(await packagesOf('apply', '--help'))]).toEqual(['commander']);
    const offline = await packagesOf('validate', '-f', 'examples/first');
    for (const name of ['etcd3', 'dockerode', 'fastify']) expect(offline).not.toContain(name);
    const online = await packagesOf('get', 'all', '--etcd-endpoints', etcd().endpoint);
    expect(online).toContain('etcd3');
    for (const name of ['dockerode', 'fastify']) expect(online).not.toContain(name);
  });

  it('shows help and exits with 2 when it is not told what to do', async () => {
    const { code, stdout, stderr } = await hinge([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: hinge');
  });

  it('says its version', async () => {
    expect((await hinge(['version'])).stdout).toMatch(/^hinge \d+\.\d+\.\d+ \(Node\.js v/);
  });

  it('ends quietly when nobody reads on', async () => {
    const command = `set -o pipefail; node ${mainFile()} --help | head -1`;
    expect((await execa('bash', ['-c', command])).stdout).toBe('Usage: hinge [options] [command]');
  });

  it('takes no color for what is not a terminal', async () => {
    const scene = new Scene(etcd());
    await scene.put(scene.keys.desiredOf({ kind: 'Router', name: 'a' }), router('a'));
    expect((await scene.hinge('get', 'rt')).stdout).not.toContain('\u001b');
  });
});

describe('completion in bash', () => {
  async function complete(scene: Scene, ...words: readonly string[]): Promise<string[]> {
    const { stdout } = await hinge(['completion', 'bash']);
    const script = [
      `hinge() { node ${mainFile()} "$@"; }`,
      stdout,
      `COMP_WORDS=(hinge ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${String(words.length)}`,
      '_hinge; printf "%s\\n" "${COMPREPLY[@]}"',
    ];
    const env = { HINGE_ETCD_ENDPOINTS: etcd().endpoint, HINGE_PREFIX: scene.prefix };
    return (await execa('bash', ['-c', script.join('\n')], { env })).stdout
      .split('\n')
      .filter((line) => line !== '');
  }

  it('knows commands, options, kinds, and names in etcd', async () => {
    const scene = new Scene(etcd());
    await scene.put(scene.keys.desiredOf({ kind: 'Router', name: 'vyos-35' }), router('vyos-35'));
    expect(await complete(scene, 'de')).toEqual(['describe', 'delete']);
    expect(await complete(scene, 'get', 'exp')).toEqual(['experiment', 'experiments']);
    expect(await complete(scene, 'delete', '--w')).toEqual(['--wait']);
    expect(await complete(scene, 'get', 'rt', '-o', 'y')).toEqual(['yaml']);
    expect(await complete(scene, 'describe', 'rt', 'vy')).toEqual(['vyos-35']);
    expect(await complete(scene, 'completion', 'z')).toEqual(['zsh']);
  });
});
