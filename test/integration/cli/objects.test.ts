import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../../support/eventually.ts';
import { router, Scene, useEtcd } from './hinge.ts';

const etcd = useEtcd();

const ref = (name: string) => ({ kind: 'Router', name }) as const;

const STATUS = {
  node: 'node1',
  container: '0123456789abcdef',
  asn: 57,
  routerId: '0.0.0.57',
  loopback: '10.255.0.57/32',
  interfaces: [{ link: 'link/a--b', name: 'eth1', address: '10.0.0.2/24', mac: '02:00:00:00:00:01' }],
  sessions: [
    {
      peer: 'b',
      asn: 58,
      address: '10.0.0.3',
      state: 'Established',
      establishedAt: '2026-01-01T00:00:00Z',
      uptime: 60,
      prefixesReceived: 4,
    },
    { peer: 'c', asn: 59, address: '10.0.1.3', state: 'Active', prefixesReceived: 0 },
  ],
};

async function twoRouters(): Promise<Scene> {
  const scene = new Scene(etcd());
  const a = { ...router('a', { asn: 57 }), metadata: { name: 'a', labels: { site: 'tokyo' } } };
  await scene.put(scene.keys.desiredOf(ref('a')), a);
  await scene.put(scene.keys.desiredOf(ref('b')), router('b'));
  await scene.observe('Router', a, { ready: true, more: STATUS });
  return scene;
}

describe('hinge get', () => {
  it('shows a table, wider on request', async () => {
    const scene = await twoRouters();
    const { stdout } = await scene.hinge('get', 'rt');
    expect(stdout).toBe(
      [
        'NAME   READY     REASON       ASN   ROUTER-ID   SESSIONS   NODE    SINCE',
        'a      True      -            57    0.0.0.57    1/2        node1   1h2m',
        'b      Unknown   NotSeenYet   -     -           -          -       -',
      ].join('\n'),
    );
    const wide = await scene.hinge('get', 'routers', '-o', 'wide');
    expect(wide.stdout).toContain('10.255.0.57/32   0123456789ab');
  });

  it('shows defaults and status as YAML, which can be applied again', async () => {
    const scene = await twoRouters();
    const { stdout } = await scene.hinge('get', 'router', 'a', '-o', 'yaml');
    expect(parse(stdout)).toMatchObject({
      metadata: { name: 'a' },
      spec: { platform: 'frr', asn: 57 },
      status: STATUS,
    });
    expect((await scene.pipe(stdout, 'apply', '-f', '-')).stdout).toBe('router/a unchanged');
  });

  it('selects by labels and names', async () => {
    const scene = await twoRouters();
    expect((await scene.hinge('get', 'all', '-l', 'site=tokyo', '-o', 'name')).stdout).toBe('router/a');
    const { code, stdout, stderr } = await scene.hinge('get', 'rt', 'b', 'nope', '-o', 'name');
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'router/b' });
    expect(stderr).toBe(`hinge: Router/nope not found: there is no key ${scene.keys.desiredOf(ref('nope'))}`);
  });

  it('shows what cannot be read, and what is being removed', async () => {
    const scene = await twoRouters();
    await scene.put(scene.keys.desiredOf(ref('b')), '{"spec": [');
    await scene.remove(scene.keys.desiredOf(ref('a')));
    const { stdout } = await scene.hinge('get', 'rt');
    expect(stdout).toContain('a      True      Removing');
    expect(stdout).toContain('b      Unknown   Invalid');
    const { items } = parse((await scene.hinge('get', 'rt', '-o', 'yaml')).stdout) as { items: unknown[] };
    expect(items).toMatchObject([
      { metadata: { name: 'a' }, spec: { asn: 57 } },
      { metadata: { name: 'b' } },
    ]);
  });

  it('says so when there is nothing', async () => {
    const scene = new Scene(etcd());
    const nothing = `nothing found below ${scene.keys.desired}`;
    expect(await scene.hinge('get', 'all')).toEqual({ code: 0, stdout: '', stderr: nothing });
    expect(parse((await scene.hinge('get', 'all', '-o', 'json')).stdout)).toMatchObject({
      kind: 'List',
      items: [],
    });
  });

  it('goes on with what changes', async () => {
    const scene = await twoRouters();
    const watch = scene.start('get', 'rt', '-w');
    const shows = (pattern: RegExp): Promise<void> =>
      eventually(() => expect(watch.shown()).toMatch(pattern), {
        timeoutMs: 20_000,
        message: String(pattern),
      });
    await shows(/^b +Unknown/m);
    await scene.observe('Router', router('b'), { ready: false });
    await shows(/^b +False +TaskNotRunning/m);
    await scene.observe('Router', router('b'), { ready: true });
    await shows(/^b +True/m);
    expect(watch.shown().match(/^a /gm)).toHaveLength(1);
    watch.kill();
    await watch;
  });
});

describe('hinge describe', () => {
  it('shows spec, conditions, interfaces, sessions and events', async () => {
    const scene = await twoRouters();
    await scene.put(`${scene.keys.events}router/a/Configured-1`, {
      type: 'Normal',
      reason: 'Configured',
      message: 'configuration applied',
      object: ref('a'),
      count: 3,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
    });
    const { code, stdout } = await scene.hinge('describe', 'router', 'a');
    expect(code).toBe(0);
    expect(stdout).toContain('Labels:       site=tokyo');
    expect(stdout).toContain('Generation:   1 accepted, 1 observed');
    expect(stdout).toMatch(/Spec:\n {2}platform: frr\n {2}asn: 57/);
    expect(stdout).toMatch(/Ready +True +Ready +1h2m +everything is as declared/);
    expect(stdout).toMatch(/link\/a--b +eth1 +10\.0\.0\.2\/24/);
    expect(stdout).toMatch(/c +59 +10\.0\.1\.3 +Active +- +0/);
    expect(stdout).toMatch(/Normal +Configured +router\/a +3 +configuration applied/);
  });

  it('shows what is wrong with what was written', async () => {
    const scene = await twoRouters();
    await scene.put(scene.keys.desiredOf(ref('b')), { ...router('c'), spec: { asn: 0 } });
    const { stdout } = await scene.hinge('describe', 'rt/b');
    const key = scene.keys.desiredOf(ref('b'));
    expect(stdout).toContain(
      `Problems:\n  metadata.name: expected "b", the last part of the key ${key}, got "c"`,
    );
    expect(stdout).toContain('  spec.asn: expected an AS number from 1 to 4294967294, got 0');
  });
});

describe('hinge delete', () => {
  it('deletes keys, and says which are not there', async () => {
    const scene = await twoRouters();
    const { code, stdout, stderr } = await scene.hinge('delete', 'rt', 'a', 'x');
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'router/a deleted' });
    expect(stderr).toContain('Router/x not found');
    expect(await scene.list(scene.keys.desired)).toEqual(['routers/b']);
    expect((await scene.hinge('delete', 'rt/x', '--ignore-not-found')).code).toBe(0);
  });

  it('deletes what a file names, or all', async () => {
    const scene = new Scene(etcd());
    await scene.hinge('apply', '-f', 'examples/first', '-f', 'examples/ring');
    expect((await scene.hinge('delete', '-f', 'examples/first')).code).toBe(0);
    expect(await scene.list(scene.keys.desired)).toHaveLength(7);
    expect((await scene.hinge('delete', 'rt,pa', '--all')).code).toBe(0);
    expect(await scene.list(scene.keys.desired)).toEqual(['experiments/ring']);
  });

  it.each([[[]], [['rt']], [['rt', 'a', '--all']], [['rt', 'a', '-f', 'examples/first']], [['--all']]])(
    'wants exactly one way of naming objects: %j',
    async (args) => {
      const scene = await twoRouters();
      expect((await scene.hinge('delete', ...args)).code).toBe(2);
      expect(await scene.list(scene.keys.desired)).toHaveLength(2);
    },
  );

  it('waits until the operator has forgotten the object', async () => {
    const scene = await twoRouters();
    const command = scene.start('delete', 'rt/a', '--wait');
    await expect.poll(command.shown, { timeout: 20_000 }).toBe('router/a deleted\n');
    await scene.remove(scene.keys.acceptedOf(ref('a')));
    await scene.remove(scene.keys.statusOf(ref('a')));
    expect(await command).toMatchObject({ exitCode: 0 });
    expect(command.shown()).toBe('router/a deleted\nrouter/a is gone\n');
  });

  it('shows how things stand when that takes too long', async () => {
    const scene = await twoRouters();
    const { code, stderr } = await scene.hinge('delete', 'rt/a', '--wait', '--timeout', '100ms');
    expect(code).toBe(1);
    expect(stderr).toContain('router/a is still being taken down\nTYPE');
    expect(stderr).toContain('hinge: not gone within 0.1 s: router/a');
  });
});
