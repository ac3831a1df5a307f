import { describe, expect, it } from 'vitest';
import { hinge, Scene, useEtcd } from './hinge.ts';

const etcd = useEtcd();

/** What an operator would have written for these objects. */
async function accept(scene: Scene): Promise<void> {
  const head = { apiVersion: 'hinge.testbed/v1alpha1', kind: 'Router', metadata: { name: 'a' } };
  const object = { ...head, spec: { platform: 'frr', asn: 7 } };
  const claim = (value: string): string => JSON.stringify({ value, owner: 'router/a' });
  const { keys } = scene;
  await scene.put(keys.desiredOf({ kind: 'Router', name: 'a' }), JSON.stringify(object));
  await scene.put(keys.acceptedOf({ kind: 'Router', name: 'a' }), JSON.stringify({ generation: 1, object }));
  await scene.put(`${keys.allocations}asn/7`, claim('7'));
  await scene.put(`${keys.allocations}router-id/10.255.0.1`, claim('10.255.0.1'));
  await scene.put(`${keys.allocations}loopback/10.255.0.1-32`, claim('10.255.0.1/32'));
  await scene.put(`${keys.allocations}locator/5f00:0:1::-48`, claim('5f00:0:1::/48'));
}

const router = (spec: string): string =>
  `apiVersion: hinge.testbed/v1alpha1\nkind: Router\nmetadata: {name: a}\nspec: ${spec}\n`;

describe('hinge diff', () => {
  it('ends with 0 when nothing would change, 1 when something would, and writes nothing', async () => {
    const scene = new Scene(etcd());
    await accept(scene);
    const before = await scene.revision();
    expect(await scene.pipe(router('{asn: 7}'), 'diff', '-f', '-')).toEqual({
      code: 0,
      stdout: 'router/a is unchanged\n\nno running session is touched',
      stderr: '',
    });
    const { code, stdout, stderr } = await scene.pipe(router('{asn: 8}'), 'diff', '-f', '-');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^ {2}-\s+asn: 7\n {2}\+\s+asn: 8$/m);
    expect(stdout).toMatch(/^ {4}-router bgp 7\n {4}\+router bgp 8$/m);
    const json = await scene.pipe(router('{asn: 8}'), 'diff', '-f', '-', '-o', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      objects: [{ name: 'a', change: 'changed' }],
      containers: [{ workload: 'router/a', change: 'configured' }],
      sessions: [],
    });
    expect(await scene.revision()).toBe(before);
  });

  it('takes everything for new where no operator has accepted anything', async () => {
    const { code, stdout } = await new Scene(etcd()).hinge('diff', '-f', 'examples/first');
    expect(code).toBe(1);
    expect(stdout).toContain('path/east-west is created');
    expect(stdout).toContain('link/osaka--tokyo is added');
  });

  it('ends with 2 for bad objects, with what validate says', async () => {
    const scene = new Scene(etcd());
    const bad = router('{asn: 0}');
    const { code, stderr, stdout } = await scene.pipe(bad, 'diff', '-f', '-');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe((await scene.pipe(bad, 'validate', '-f', '-')).stderr);
  });

  it('ends with 2 for a file that is not there, and for an etcd that does not answer', async () => {
    expect((await new Scene(etcd()).hinge('diff', '-f', '/nowhere')).code).toBe(2);
    const env = { HINGE_ETCD_ENDPOINTS: '127.0.0.1:1' };
    const { code, stderr } = await hinge(['diff', '-f', 'examples/first'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('HINGE_ETCD_ENDPOINTS');
  });
});
