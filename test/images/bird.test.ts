import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { withSecrets } from '../../src/core/render/bird-secrets.ts';
import { renderBird, withoutBfd } from '../../src/core/render/bird.ts';
import type { RenderedRouter } from '../../src/core/render/router.ts';
import type { DesiredSession } from '../../src/core/plan/desired.ts';
import { eventually } from '../support/eventually.ts';
import { slow } from '../support/slow.ts';
import { type ImageLab, useImageLab } from './image-lab.ts';

const GOLDEN = join(import.meta.dirname, '../golden/bird');
const CAPABILITIES = ['NET_ADMIN', 'NET_BROADCAST', 'NET_RAW'].map((name) => `--cap-add=${name}`);

const lab = useImageLab();

const docker = (...args: readonly string[]): Promise<string> => lab.docker(...args);
const sh = (router: string, script: string): ReturnType<ImageLab['sh']> => lab.sh(router, script);

async function startRouter(name: string, ...options: readonly string[]): Promise<void> {
  const own = ['--name', name, '--hostname', name, '--sysctl=net.ipv4.ip_forward=1', ...CAPABILITIES];
  await docker('run', '--detach', '--init', ...own, ...options, 'hinge/router-bird:1');
  await lab.ready(name);
}

/** As README.md says: checked, put in place, its addresses set, read. */
const configure = (name: string, text: string): ReturnType<ImageLab['sh']> =>
  sh(
    name,
    `cat > /tmp/new.conf <<'END'\n${text}\nEND\nbird -p -c /tmp/new.conf && cp /tmp/new.conf /etc/bird/bird.conf &&
     hinge-addresses /etc/bird/bird.conf && birdcl configure`,
  );

describe('a router with BIRD', () => {
  const full = withSecrets(readFileSync(join(GOLDEN, 'full.conf'), 'utf8'), () => 'p@ss|word!');

  beforeAll(async () => {
    await startRouter('alone', '--network=none');
  }, 60_000);

  it.each(readdirSync(GOLDEN))('reads what hinge renders: %s', async (name) => {
    const text = withSecrets(readFileSync(join(GOLDEN, name), 'utf8'), () => 'p@ss|word!');
    expect(await configure('alone', text)).toMatchObject({ exitCode: 0 });
  });

  it('runs as nobody in particular, and leaves routes of others alone', async () => {
    const { text } = await sh('alone', 'ps -o user= -C bird; ip route add blackhole 192.0.2.99');
    expect(text.trim()).toBe('bird');
    expect(await configure('alone', full)).toMatchObject({ exitCode: 0 });
    expect((await sh('alone', 'ip route show proto boot')).text).toContain('blackhole 192.0.2.99');
    expect((await sh('alone', 'ip route show proto bird')).text).toContain('blackhole 203.0.113.0/24');
    expect((await sh('alone', 'ip -4 -oneline address show dev lo scope global')).text).toContain(
      'inet 10.255.0.1/32',
    );
  });

  it('keeps what it runs when a line is bad, and names it', async () => {
    const result = await configure('alone', `${full}\nprotocol nothing {\n}`);
    expect(result.exitCode).not.toBe(0);
    expect(result.text).toMatch(/\/tmp\/new\.conf:\d+:\d+ syntax error/);
    expect((await sh('alone', 'birdcl show protocols')).text).toContain('hinge_10_9_0_3');
  });

  it('loads it again when the container starts again, after a stop within two seconds', async () => {
    const before = performance.now();
    await docker('stop', 'alone');
    expect(performance.now() - before).toBeLessThan(2000);
    expect(await docker('inspect', '-f', '{{.State.ExitCode}}', 'alone')).toBe('0');
    await docker('start', 'alone');
    await lab.ready('alone');
    expect((await sh('alone', 'birdcl show protocols')).text).toContain('hinge_10_9_0_3');
    expect((await sh('alone', 'ip -4 address show dev lo')).text).toContain('10.255.0.1/32');
  });

  it('that keeps dying gets a pause, and a second chance', async () => {
    await sh('alone', 'for i in 1 2 3 4 5; do pkill -KILL -x bird; sleep 0.5; done');
    await lab.ready('alone');
    expect(await lab.logs('alone')).toMatch(/bird ended with status 137; starting it again in [1-9]\d* s/);
  });
});

describe('two routers with a session', () => {
  const session = (own: number): DesiredSession => {
    const peer = 3 - own;
    return {
      peer: `r${String(peer)}`,
      asn: 65000 + peer,
      address: `203.0.113.1${String(peer)}`,
      network: 'link/r1--r2',
    };
  };
  const config = (own: number, change: Partial<RenderedRouter> = {}): RenderedRouter => ({
    hostname: `r${String(own)}`,
    asn: 65000 + own,
    routerId: `10.99.${String(own)}.1`,
    loopback: `10.99.${String(own)}.1/32`,
    sessions: [session(own)],
    connected: ['203.0.113.0/24'],
    advertise: [],
    preferred: [],
    extraConfig: undefined,
    ...change,
  });
  const changed = (change: Partial<DesiredSession>): RenderedRouter =>
    config(1, { sessions: [{ ...session(1), ...change }] });

  /** Since when the session is up, as r1 says, once routes are in both kernels. */
  const upSince = (): Promise<string> =>
    eventually(
      async () => {
        for (const [own, peer] of [
          [1, 2],
          [2, 1],
        ] as const)
          expect((await sh(`r${own}`, `ip route show 10.99.${peer}.1`)).text).toContain('proto bird');
        const { text } = await sh('r1', 'birdcl show protocols hinge_203_0_113_12');
        const [, since] = / up +(\d+) +Established/.exec(text) ?? [];
        expect(since, text).toBeDefined();
        return since ?? '';
      },
      { timeoutMs: 20_000, message: 'the session is up and has brought routes' },
    );

  const anotherThan = (before: string): Promise<void> =>
    eventually(async () => expect(await upSince()).not.toBe(before), {
      timeoutMs: 20_000,
      message: 'another session',
    });

  const bfd = (state: string): Promise<void> =>
    eventually(
      async () => {
        expect((await sh('r1', 'birdcl show bfd sessions')).text).toMatch(
          new RegExp(`203\\.0\\.113\\.12 .* ${state} `),
        );
      },
      { timeoutMs: 20_000, message: `BFD is ${state}` },
    );

  beforeAll(async () => {
    await docker('network', 'create', '--internal', '--subnet=203.0.113.0/24', 'link');
    for (const n of [1, 2])
      await startRouter(`r${String(n)}`, '--network=link', `--ip=203.0.113.1${String(n)}`);
    for (const n of [1, 2]) await configure(`r${String(n)}`, renderBird(config(n)).text);
    await upSince();
    await bfd('Up');
  }, 60_000);

  const rules = { import: [], export: [{ action: 'permit' as const, set: { med: 5 } }] };
  const pace = { keepalive: 3, hold: 9, connect: 1, bfdMs: 500 };

  slow.each([
    ['the same again', renderBird(config(1))],
    ['rules', renderBird(changed({ policy: rules }))],
    ['a preference', renderBird(config(1, { preferred: [{ prefix: '10.1.0.0/24', from: '203.0.113.12' }] }))],
    [
      'a limit',
      renderBird(changed({ policy: { ...rules, maximumPrefixes: { limit: 9, action: 'reset' } } })),
    ],
    ['another interval of BFD', renderBird(changed({ pace: { ...pace, bfdMs: 700 } }))],
    ['a further prefix', renderBird(config(1, { advertise: ['192.0.2.0/24'] }))],
    [
      'a further neighbour',
      renderBird(config(1, { sessions: [session(1), { ...session(1), address: '203.0.113.99', asn: 7 }] })),
    ],
  ])('stays: %s', async (_, { text }) => {
    const before = await upSince();
    expect(await configure('r1', text)).toMatchObject({ exitCode: 0 });
    expect(await upSince()).toBe(before);
  });

  slow.each([
    ['another hold time', renderBird(changed({ pace: { ...pace, hold: 12 } }))],
    ['another router ID', renderBird(config(1, { routerId: '10.99.9.9' }))],
    ['BFD that goes', withoutBfd(renderBird(config(1)), ['203.0.113.12'])],
  ])('is reset: %s', async (_, { text }) => {
    const before = await upSince();
    expect(await configure('r1', text)).toMatchObject({ exitCode: 0 });
    await anotherThan(before);
    expect(await configure('r1', renderBird(config(1)).text)).toMatchObject({ exitCode: 0 });
    await upSince();
    await bfd('Up');
  });

  it('stays when BFD comes', async () => {
    for (const n of [1, 2])
      await configure(`r${String(n)}`, withoutBfd(renderBird(config(n)), [session(n).address]).text);
    const before = await upSince();
    for (const n of [1, 2]) await configure(`r${String(n)}`, renderBird(config(n)).text);
    await bfd('Up');
    expect(await upSince()).toBe(before);
  });

  it('survives the death of BIRD', async () => {
    const container = await docker('inspect', '-f', '{{.State.Pid}}', 'r2');
    const before = await upSince();
    const started = performance.now();
    await sh('r2', 'pkill -KILL -x bird');
    await anotherThan(before);
    const routesMs = Math.round(performance.now() - started);
    await bfd('Up');
    console.log(
      `bird killed: session and routes back after ${String(routesMs)} ms, BFD after ${String(Math.round(performance.now() - started))} ms`,
    );
    expect(await docker('inspect', '-f', '{{.State.Pid}}', 'r2')).toBe(container);
  });
});
