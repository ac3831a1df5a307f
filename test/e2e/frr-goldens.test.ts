import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withSecrets } from '../../src/core/render/frr-secrets.ts';
import { sharedLab } from '../support/lab.ts';

const GOLDENS = 'test/golden/frr';
const files = readdirSync(GOLDENS).filter((name) => name.endsWith('.conf'));
const NAME = 'hinge-goldens';

/** All but comments. */
const lines = (text: string): string[] =>
  text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('!'));

describe('the router image', () => {
  const docker = async (input: string, ...args: readonly string[]) =>
    execa('docker', ['-H', `unix://${sharedLab().node('node1').socket}`, ...args], { input, reject: false });
  const vtysh = (input: string, ...args: readonly string[]) =>
    docker(
      input,
      'exec',
      '-i',
      NAME,
      'sh',
      '-c',
      'cat > /tmp/golden.conf && vtysh "$@" -f /tmp/golden.conf',
      'sh',
      ...args,
    );
  const text = async (name: string): Promise<string> =>
    withSecrets(await readFile(path.join(GOLDENS, name), 'utf8'), () => 'p@ss|word!');

  beforeEach(async () => {
    const capabilities = ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN'].flatMap((name) => ['--cap-add', name]);
    // A router's container has the router's name, here that of the files below.
    const options = ['--detach', '--init', '--network', 'none', '--hostname', 'r1', '--name', NAME];
    await docker('', 'run', ...options, ...capabilities, 'hinge/router-frr:1');
  });
  afterEach(() => docker('', 'rm', '--force', NAME));

  it.each(files.filter((name) => name !== 'bad.conf'))('reads %s', async (name) => {
    const { exitCode, stdout, stderr } = await vtysh(await text(name), '-C');
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
  });

  it('refuses bad.conf, so that the above means something', async () => {
    expect((await vtysh(await text('bad.conf'), '-C')).exitCode).not.toBe(0);
  });

  it.each(['full.conf', 'policy.conf', 'layer-2.conf', 'ibgp.conf'])(
    'runs %s line by line as it was written',
    async (name) => {
      const ready = async (): Promise<number | undefined> =>
        (await docker('', 'exec', NAME, 'test', '-e', '/run/hinge/ready')).exitCode;
      await expect.poll(ready, { timeout: 60_000 }).toBe(0);
      const golden = await text(name);
      const { exitCode, stdout, stderr } = await vtysh(golden);
      expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
      const running = lines((await docker('', 'exec', NAME, 'vtysh', '-c', 'show running-config')).stdout);
      for (const line of lines(golden)) expect(running).toContain(line);
    },
  );
});
