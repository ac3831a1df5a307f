import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FrrConsole } from '../../src/adapters/router/frr-console.ts';
import type { ConfigurationText } from '../../src/core/render/text.ts';
import { useImageLab } from './image-lab.ts';

const GOLDEN = readFileSync(join(import.meta.dirname, '../golden/frr/figure-3.vyos-46.conf'), 'utf8');
const NODE = 'node1';
const ROUTER = 'vyos-46';
const RELOAD = '/usr/lib/frr/frr-reload.py';

const lab = useImageLab();

const configuration = (text: string): ConfigurationText => ({
  text,
  hash: createHash('sha256').update(text).digest('hex'),
});

/** Has frr-reload.py, when it has done its work for the first time, find what somebody types at that moment; counts its calls. */
const meddle = (lines: readonly string[]): string => `
set -eu
mv ${RELOAD} ${RELOAD}.real
cat > ${RELOAD} <<'END'
#!/bin/sh
set -eu
${RELOAD}.real "$@"
echo >> /run/reloads
[ "$(wc -l < /run/reloads)" -gt 1 ] || vtysh -c 'configure terminal' ${lines.map((line) => `-c '${line}'`).join(' ')}
END
chmod +x ${RELOAD}`;

/** The console in a router by itself: `docker exec` does what the node helper does in a testbed. */
describe('what somebody edits while hinge changes the configuration', () => {
  const runner = {
    run: ({ argv, stdin }: { argv: readonly string[]; stdin?: string | undefined }) =>
      lab.run(ROUTER, argv, stdin),
  };
  const console = new FrrConsole({ engines: new Map([[NODE, runner]]) });
  const target = { node: NODE, containerId: ROUTER, platform: 'frr' } as const;
  const wanted = configuration(GOLDEN.replace('description vyos-47', 'description east'));

  beforeEach(async () => {
    const capabilities = ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN'].map((name) => `--cap-add=${name}`);
    const own = ['--name', ROUTER, '--hostname', ROUTER, ...capabilities];
    await lab.docker('run', '--detach', '--init', ...own, 'hinge/router-frr:1');
    await console.configure(target, configuration(GOLDEN), true);
    return async () => lab.docker('rm', '-f', ROUTER);
  });

  const running = async (): Promise<string> => (await lab.sh(ROUTER, "vtysh -c 'show running-config'")).text;
  const reloads = async (): Promise<number> => Number((await lab.sh(ROUTER, 'wc -l < /run/reloads')).text);

  it.each([
    ['a line added', ['router bgp 46', 'neighbor 10.199.45.2 password f0reign']],
    ['a line changed', ['router bgp 46', 'neighbor 10.199.45.2 description f0reign']],
    ['a line taken away', ['router bgp 46', 'address-family ipv4 unicast', 'no network 10.199.45.0/24']],
  ])('is undone with the change: %s', async (_, lines) => {
    await lab.sh(ROUTER, meddle(lines));
    const state = await console.configure(target, wanted, false);
    expect(state).toMatchObject({ appliedHash: wanted.hash, drift: [] });
    const text = await running();
    expect(text).not.toContain('f0reign');
    expect(text).toContain('description east');
    expect(text).toContain('network 10.199.45.0/24');
    expect(await reloads()).toBe(2);
  });

  it('costs a second look only then', async () => {
    await lab.sh(ROUTER, meddle(['end']));
    expect(await console.configure(target, wanted, false)).toMatchObject({ drift: [] });
    expect(await running()).toContain('description east');
    expect(await reloads()).toBe(1);
  });
});
