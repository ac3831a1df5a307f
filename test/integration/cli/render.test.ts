import { describe, expect, it } from 'vitest';
import { hinge, Scene, useEtcd } from './hinge.ts';

const etcd = useEtcd();

const router = (name: string, spec = '{}'): string =>
  `apiVersion: hinge.testbed/v1alpha1\nkind: Router\nmetadata: {name: ${name}}\nspec: ${spec}\n---\n`;
const EAST_WEST =
  'apiVersion: hinge.testbed/v1alpha1\nkind: Path\nmetadata: {name: p}\nspec: {via: [east, west]}\n---\n';

describe('hinge render', () => {
  it('prints the configurations of files without etcd', async () => {
    const all = await hinge(['render', '-f', 'examples/first']);
    expect({ code: all.code, stderr: all.stderr }).toEqual({ code: 0, stderr: '' });
    expect(all.stdout).toMatch(
      /^! Router\/tokyo\nfrr defaults traditional\n[^]*\n! Router\/osaka\nfrr defaults/,
    );
    const one = await hinge(['render', '-f', 'examples/first', '--router', 'tokyo', '--format', 'set']);
    expect(one.stdout).toMatch(/^set system host-name 'tokyo'\n/);
    expect(one.stdout).toContain("set protocols bgp neighbor 10.200.0.3 description 'osaka'");
    const boot = await hinge(['render', '-f', 'examples/first', '--format', 'boot', '--release', '1.5']);
    expect(boot.stdout).toMatch(/^\/\* Router\/tokyo \*\/\nsystem \{\n/);
    expect(boot.stdout).toContain('// Release version: 1.5-rolling');
  });

  it('prints what the operator refuses to run', async () => {
    const text =
      router('east', "{platform: vyos, runtime: task, image: 'vyos:1.3', extraConfig: nonsense}") +
      router('west') +
      EAST_WEST;
    const { code, stdout, stderr } = await new Scene(etcd()).pipe(
      text,
      'render',
      '-f',
      '-',
      '--router',
      'east',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('// Release version: 1.3.1');
    expect(stderr).toContain('warning: Router/east: VyOS 1.3 has no BFD profiles');
    expect(stderr).toContain('warning: Router/east: Line 1 of spec.extraConfig was left out');
    expect((await new Scene(etcd()).pipe(text, 'validate', '-f', '-')).stderr).toContain(
      'spec.runtime: task is not supported by the platform vyos 1.3; write sandbox',
    );
  });

  it('takes what the testbed has with --stored, and writes nothing', async () => {
    const scene = new Scene(etcd());
    const head = { apiVersion: 'hinge.testbed/v1alpha1', kind: 'Router', metadata: { name: 'east' } };
    const object = { ...head, spec: { platform: 'frr', asn: 7 } };
    const claim = (value: string): string => JSON.stringify({ value, owner: 'router/east' });
    await scene.put(scene.keys.desiredOf({ kind: 'Router', name: 'east' }), JSON.stringify(object));
    await scene.put(
      scene.keys.acceptedOf({ kind: 'Router', name: 'east' }),
      JSON.stringify({ generation: 1, object }),
    );
    for (const [pool, value] of [
      ['asn', '7'],
      ['router-id', '10.255.0.9'],
      ['loopback', '10.255.0.9/32'],
      ['locator', '5f00:0:9::/48'],
    ] as const)
      await scene.put(`${scene.keys.allocations}${pool}/${value.replace('/', '-')}`, claim(value));
    const before = await scene.revision();
    const files = router('west') + EAST_WEST;
    const { code, stdout } = await scene.pipe(
      files,
      'render',
      '-f',
      '-',
      '--stored',
      '--router',
      'east',
      '--format',
      'set',
    );
    expect(code).toBe(0);
    expect(stdout).toContain("set interfaces loopback lo address '10.255.0.9/32'");
    expect(stdout).toContain("set protocols bgp system-as '7'");
    expect((await scene.pipe(files, 'render', '-f', '-')).code).toBe(1);
    expect(await scene.revision()).toBe(before);
  });

  it('ends with 2 for a router that is not there, and with 1 for bad objects', async () => {
    const missing = await hinge(['render', '-f', 'examples/first', '--router', 'kyoto']);
    expect({ code: missing.code, stdout: missing.stdout }).toEqual({ code: 2, stdout: '' });
    expect(missing.stderr).toContain(
      '--router kyoto: expected the name of a Router in the files, or --stored',
    );
    expect((await hinge(['render', '-f', 'examples/first', '--release', '1.2'])).code).toBe(2);
    const bad = await new Scene(etcd()).pipe(router('east', '{asn: 0}'), 'render', '-f', '-');
    expect({ code: bad.code, stdout: bad.stdout }).toEqual({ code: 1, stdout: '' });
    expect(bad.stderr).toContain('spec.asn');
    const pathOnly = await new Scene(etcd()).pipe(EAST_WEST, 'render', '-f', '-', '--stored');
    expect(pathOnly.code).not.toBe(0);
  });
});
