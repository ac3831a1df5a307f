import { beforeAll, describe, expect, it } from 'vitest';
import { hinge } from '../support/operator.ts';
import { router, useTestbed } from '../support/testbed.ts';

describe('hinge on a live testbed', () => {
  const testbed = useTestbed('/cli');
  const OBJECTS = ['experiment/first', 'path/east-west', 'router/osaka', 'router/tokyo'];

  const run = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await hinge(testbed.env, args);
    expect(exitCode, `hinge ${args.join(' ')}: ${stderr}`).toBe(0);
    return stdout;
  };

  beforeAll(() => testbed.start());

  it('apply creates what the files say, and leaves it alone the second time', async () => {
    const first = await run('apply', '-f', 'examples/first');
    for (const name of OBJECTS) expect(first).toMatch(new RegExp(`^${name} created$`, 'm'));
    const second = await run('apply', '-f', 'examples/first');
    for (const name of OBJECTS) expect(second).toMatch(new RegExp(`^${name} unchanged$`, 'm'));
  });

  it('wait --for=condition=Ready ends when packets take the Path', async () => {
    const said = await run(
      'wait',
      '--for=condition=Ready',
      'experiment/first',
      'path/east-west',
      '--timeout=200s',
    );
    expect(said).toContain('experiment/first is Ready');
    expect(said).toContain('path/east-west is Ready');
    await run('wait', '--for=condition=Ready', 'routers', '--all', '--timeout=60s');
  });

  it('wait says how things stand when time is up', async () => {
    const { exitCode, stderr } = await hinge(testbed.env, [
      'wait',
      '--for=delete',
      'router/tokyo',
      '--timeout=0',
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/timed out.*router\/tokyo/);
  });

  it('get shows objects as a table, names, YAML and JSON', async () => {
    const table = await run('get', 'all');
    for (const name of ['first', 'east-west', 'osaka', 'tokyo'])
      expect(table).toMatch(new RegExp(`^${name} +True`, 'm'));
    expect((await run('get', 'all', '-o', 'name')).split('\n').sort()).toEqual(OBJECTS);
    const object = JSON.parse(await run('get', 'router', 'tokyo', '-o', 'json')) as Record<string, unknown>;
    expect(object).toMatchObject({
      kind: 'Router',
      metadata: { name: 'tokyo' },
      spec: { platform: 'frr' },
      status: { sessions: [{ peer: 'osaka', state: 'Established' }] },
    });
    const { stdout } = await hinge(
      testbed.env,
      ['apply', '-f', '-'],
      await run('get', 'rt', 'tokyo', '-o', 'yaml'),
    );
    expect(stdout).toMatch(/^router\/tokyo /m);
    await run('wait', '--for=condition=Ready', 'router/tokyo', '--timeout=60s');
  });

  it('describe shows conditions, sessions, links and proofs', async () => {
    const tokyo = await run('describe', 'router', 'tokyo');
    for (const part of ['Established', 'osaka', '10.200.0.']) expect(tokyo).toContain(part);
    const path = await run('describe', 'pa/east-west');
    for (const part of ['tokyo', 'osaka', 'Proven']) expect(path).toContain(part);
    const first = await run('describe', 'ex', 'first');
    for (const part of ['HostsRunning', 'Connected', 'Proven', '10.204.0.3']) expect(first).toContain(part);
  });

  it('events shows what happened to an object', async () => {
    expect(await run('events', 'router/tokyo')).toMatch(/Ready/);
    const lines = (await run('events', 'experiment/first', '-o', 'json')).trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { reason: string; object: { name: string } });
    expect(events.map(({ reason }) => reason)).toContain('Ready');
    expect(new Set(events.map(({ object }) => object.name))).toEqual(new Set(['first']));
  });

  it('delete --wait ends when nothing is left', async () => {
    const said = await run('delete', '-f', 'examples/first', '--wait', '--timeout=200s');
    for (const name of OBJECTS) expect(said).toContain(`${name} is gone`);
    expect(await testbed.status(router('tokyo'))).toBeUndefined();
    await testbed.cleared();
  });
});
