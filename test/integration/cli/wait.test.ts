import { describe, expect, it } from 'vitest';
import { startEtcd } from '../../support/etcd.ts';
import { router, Scene, useEtcd } from './hinge.ts';

const etcd = useEtcd();

const ref = { kind: 'Router', name: 'a' } as const;

async function written(object: object = router('a')): Promise<Scene> {
  const scene = new Scene(etcd());
  await scene.put(scene.keys.desiredOf(ref), object);
  return scene;
}

const READY = ['wait', '--for=condition=Ready'];

describe('hinge wait', () => {
  it('is content at once with what holds', async () => {
    const scene = await written();
    await scene.observe('Router', router('a'), { ready: true });
    expect(await scene.hinge(...READY, 'rt/a')).toEqual({ code: 0, stdout: 'router/a is Ready', stderr: '' });
  });

  it('wakes up when it comes', async () => {
    const scene = await written();
    await scene.observe('Router', router('a'), { ready: false });
    const command = scene.start(...READY, 'routers', '--all', '--timeout', '50s');
    await scene.observe('Router', router('a'), { ready: true });
    expect(await command).toMatchObject({ exitCode: 0, stdout: 'router/a is Ready' });
  });

  it('does not take the old version for the new one', async () => {
    const scene = await written(router('a', { asn: 8 }));
    await scene.observe('Router', router('a', { asn: 7 }), { ready: true });
    expect((await scene.hinge(...READY, 'rt/a', '--timeout', '0')).code).toBe(1);
    await scene.observe('Router', router('a', { asn: 8 }), { ready: true, generation: 2 });
    expect((await scene.hinge(...READY, 'rt/a', '--timeout', '0')).code).toBe(0);
  });

  it('shows the conditions when time is up', async () => {
    const scene = await written();
    await scene.observe('Router', router('a'), { ready: false });
    const { code, stderr } = await scene.hinge(...READY, 'rt', 'a', 'b', '--timeout', '200ms');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Ready +False +TaskNotRunning +1h2m +no container runs yet/);
    expect(stderr).toContain('Router/b not found');
    expect(stderr).toContain('timed out after 0.2 s waiting for condition=Ready of router/a, router/b');
  });

  it('waits for other values, and for deletion', async () => {
    const scene = await written();
    await scene.observe('Router', router('a'), { ready: false });
    expect((await scene.hinge('wait', '--for=condition=Ready=False', 'rt/a')).stdout).toBe(
      'router/a has Ready=False',
    );
    expect((await scene.hinge('wait', '--for=delete', 'rt/b')).stdout).toBe('router/b is gone');
    expect((await scene.hinge('wait', '--for=delete', 'rt/a', '--timeout', '100ms')).code).toBe(1);
  });

  it.each([
    [['wait', 'rt/a'], "required option '--for <goal>' not specified"],
    [['wait', '--for=Ready', 'rt/a'], '--for Ready: expected delete, condition=Ready'],
    [[...READY, 'rt/a', '--timeout', 'soon'], 'Expected a duration such as 60s or 5m.'],
  ])('explains %j', async (args, message) => {
    const { code, stderr } = await new Scene(etcd()).hinge(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('outlasts an outage of etcd', async () => {
    const own = await startEtcd();
    try {
      const scene = new Scene(own);
      await scene.put(scene.keys.desiredOf(ref), router('a'));
      await scene.observe('Router', router('a'), { ready: false });
      const command = scene.start(...READY, 'rt/a', '--timeout', '50s');
      await own.kill();
      await own.start();
      await scene.observe('Router', router('a'), { ready: true });
      expect(await command).toMatchObject({ exitCode: 0 });
    } finally {
      await own.close();
    }
  });
});

describe('hinge events', () => {
  const event = (reason: string, name: string, lastTimestamp: string, count = 1) => ({
    type: reason === 'NotReady' ? 'Warning' : 'Normal',
    reason,
    message: `${reason} of ${name}`,
    object: { kind: 'Router', name },
    count,
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp,
  });

  it('shows them oldest first, of one object or all, and goes on', async () => {
    const scene = new Scene(etcd());
    await scene.put(
      `${scene.keys.events}router/b/NotReady-1`,
      event('NotReady', 'b', '2026-01-02T00:00:00Z'),
    );
    await scene.put(`${scene.keys.events}router/a/Ready-1`, event('Ready', 'a', '2026-01-01T00:00:00Z'));
    const all = await scene.hinge('events');
    expect(all.stdout).toMatch(/LAST SEEN.*\n.*Ready of a\n.*NotReady of b$/);
    expect((await scene.hinge('events', 'rt/a')).stdout).not.toContain('NotReady');
    const warnings = await scene.hinge('events', '--type', 'Warning', '-o', 'json');
    expect(JSON.parse(warnings.stdout)).toMatchObject({ reason: 'NotReady', object: { name: 'b' } });

    const watch = scene.start('events', '-w', '-o', 'json');
    await expect.poll(watch.shown, { timeout: 20_000 }).toContain('Ready of a');
    await scene.put(`${scene.keys.events}router/a/Ready-1`, event('Ready', 'a', '2026-01-03T00:00:00Z', 2));
    await expect.poll(watch.shown, { timeout: 20_000 }).toContain('"count":2');
    watch.kill();
    await watch;
  });

  it('says so when there are none', async () => {
    expect((await new Scene(etcd()).hinge('events', 'node/n1')).stderr).toContain('no events');
  });
});
