import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { type ImageLab, useImageLab } from './image-lab.ts';

const GOLDEN = join(import.meta.dirname, '../golden/frr');
const CAPABILITIES = ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN'].map((name) => `--cap-add=${name}`);

const lab = useImageLab();

const docker = (...args: readonly string[]): Promise<string> => lab.docker(...args);
const sh = (router: string, script: string): ReturnType<ImageLab['sh']> => lab.sh(router, script);

async function startRouter(name: string, options: readonly string[] = []): Promise<void> {
  const own = ['--name', name, '--hostname', name, ...CAPABILITIES, ...options];
  await docker('run', '--detach', '--init', ...own, 'hinge/router-frr:1');
  await lab.ready(name);
}

/** The way that PROTOCOL.md and the README recommend: all or nothing, and saved. */
async function configure(name: string, text: string): Promise<{ exitCode: number; text: string }> {
  return sh(name, `vtysh -E -c 'configure terminal' -c '${text}' -c end -c 'write memory'`);
}

const runningConfig = async (name: string): Promise<string> =>
  (await sh(name, "vtysh -c 'show running-config'")).text;

describe('configuration', () => {
  const input = readFileSync(join(GOLDEN, 'canonical.input.txt'), 'utf8');
  const running = readFileSync(join(GOLDEN, 'canonical.running.txt'), 'utf8').trimEnd();

  beforeEach(async () => {
    await startRouter('r2', ['--sysctl=net.ipv4.ip_forward=1', '--sysctl=net.ipv6.conf.all.disable_ipv6=0']);
    return async () => docker('rm', '-f', 'r2');
  });

  it.each([
    ['any order becomes the canonical one', input],
    ['the canonical form stays as it is', running.slice(running.indexOf('frr version'))],
  ])('%s', async (_, text) => {
    expect(await configure('r2', text)).toMatchObject({ exitCode: 0 });
    expect(await runningConfig('r2')).toBe(running);
  });

  it('a bad line stops it, is the last one shown, and nothing is saved', async () => {
    const before = (await sh('r2', 'cat /etc/frr/frr.conf')).text;
    const bad =
      'ip prefix-list A seq 5 permit 10.0.0.0/8\nrouter bgp 65002\n neighbor 192.0.2.9 activate\n bgp router-id 192.0.2.1';
    const result = await configure('r2', bad);
    expect(result.exitCode).not.toBe(0);
    expect(result.text.trim().split('\n').slice(-2)).toEqual([
      'r2(config-router)#  neighbor 192.0.2.9 activate',
      '% Specify remote-as or peer-group commands first',
    ]);
    expect((await sh('r2', 'cat /etc/frr/frr.conf')).text).toBe(before);
  });

  it('is loaded again when the container starts again, after a stop within two seconds', async () => {
    await configure('r2', input);
    const before = performance.now();
    await docker('stop', 'r2');
    expect(performance.now() - before).toBeLessThan(2000);
    expect(await docker('inspect', '-f', '{{.State.ExitCode}}', 'r2')).toBe('0');
    await docker('start', 'r2');
    await lab.ready('r2');
    expect(await runningConfig('r2')).toBe(running);
  });
});

describe('two routers with a BGP session', () => {
  const session = z.record(
    z.string(),
    z.object({ bgpState: z.string(), connectionsEstablished: z.number() }),
  );

  const config = (own: number, peer: number): string =>
    [
      'bgp route-map delay-timer 0',
      'interface lo',
      ` ip address 10.99.${own}.1/32`,
      'exit',
      `router bgp ${65000 + own}`,
      ' no bgp ebgp-requires-policy',
      ' coalesce-time 0',
      ` neighbor 203.0.113.1${peer} remote-as ${65000 + peer}`,
      ` neighbor 203.0.113.1${peer} timers connect 1`,
      ` neighbor 203.0.113.1${peer} advertisement-interval 0`,
      ` neighbor 203.0.113.1${peer} bfd`,
      ' address-family ipv4 unicast',
      `  network 10.99.${own}.1/32`,
      `  neighbor 203.0.113.1${peer} route-map ALL out`,
      ' exit-address-family',
      'exit',
      'route-map ALL permit 10',
      'exit',
    ].join('\n');

  /** How often the session has come up, as r1 counts, once it is up and the routes are in both kernels. */
  async function sessionsSoFar(timeoutMs: number): Promise<number> {
    return eventually(
      async () => {
        for (const [own, peer] of [
          [1, 2],
          [2, 1],
        ] as const) {
          expect((await sh(`r${own}`, `ip route show 10.99.${peer}.1`)).text).toContain('proto bgp');
        }
        const { text } = await sh('r1', "vtysh -c 'show bgp neighbors json'");
        const peer = session.parse(JSON.parse(text))['203.0.113.12'];
        expect(peer?.bgpState).toBe('Established');
        return peer?.connectionsEstablished ?? 0;
      },
      { timeoutMs, message: 'the session is up and has brought routes' },
    );
  }

  async function bfdIsUp(): Promise<void> {
    await eventually(
      async () => {
        expect((await sh('r1', "vtysh -c 'show bfd peers brief'")).text).toMatch(/203\.0\.113\.12\s+up/);
      },
      { timeoutMs: 20_000, message: 'BFD is up' },
    );
  }

  beforeAll(async () => {
    await docker('network', 'create', '--internal', '--subnet=203.0.113.0/24', 'link');
    await Promise.all([1, 2].map((n) => startRouter(`r${n}`, ['--network=link', `--ip=203.0.113.1${n}`])));
    await Promise.all([configure('r1', config(1, 2)), configure('r2', config(2, 1))]);
    await sessionsSoFar(10_000);
    await bfdIsUp();
  }, 60_000);

  it.each([
    ['bgpd', 1],
    ['bfdd', 0],
    ['staticd', 0],
    ['zebra', 1],
    ['zebra', 1],
  ])('survive the death of %s', async (daemon, resets) => {
    const container = await docker('inspect', '-f', '{{.State.Pid}}', 'r2');
    const before = await sessionsSoFar(10_000);
    const config = await runningConfig('r2');
    await sh(
      'r2',
      `pkill -KILL -x ${daemon}; i=0; while [ -e /run/hinge/ready ] && [ $((i += 1)) -lt 500 ]; do sleep 0.01; done`,
    );
    const started = performance.now();
    await lab.ready('r2');
    await eventually(
      async () => {
        expect(await sessionsSoFar(10_000)).toBeGreaterThanOrEqual(before + resets);
      },
      { timeoutMs: 15_000, message: 'a new session' },
    );
    const routes = performance.now();
    await bfdIsUp();
    const [sessionMs, bfdMs] = [routes, performance.now()].map((end) => Math.round(end - started));
    console.log(`${daemon} killed: session and routes back after ${sessionMs} ms, BFD after ${bfdMs} ms`);
    expect(await runningConfig('r2')).toBe(config);
    expect(await docker('inspect', '-f', '{{.State.Pid}}', 'r2')).toBe(container);
  });

  it('a daemon that keeps dying gets a pause, and a second chance', async () => {
    await sh('r2', 'for i in 1 2 3 4 5; do pkill -KILL -x staticd; sleep 0.5; done');
    await lab.ready('r2');
    expect(await sh('r2', 'pgrep -x staticd')).toMatchObject({ exitCode: 0 });
    const all = await lab.logs('r2');
    expect(all).toMatch(/staticd ended with status 137; starting it again in [1-9]\d* s/);
  });
});
