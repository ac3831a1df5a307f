import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEtcd } from '../../support/etcd.ts';
import { Scene, useEtcd } from './hinge.ts';

const etcd = useEtcd();
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-cli-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  const whole = path.join(directory, name);
  await writeFile(whole, text);
  return whole;
}

const HEAD = 'apiVersion: hinge.testbed/v1alpha1\n';
const router = (name: string, spec = '{}'): string =>
  `${HEAD}kind: Router\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

describe('hinge apply', () => {
  it('creates, then leaves alone, then configures', async () => {
    const scene = new Scene(etcd());
    const name = await file('one.yaml', `# a comment\n${router('a')}---\n${router('b')}`);
    expect(await scene.hinge('apply', '-f', name)).toEqual({
      code: 0,
      stdout: 'router/a created\nrouter/b created',
      stderr: '',
    });
    expect(await scene.value(scene.keys.desiredOf({ kind: 'Router', name: 'a' }))).toContain('# a comment');

    const before = await scene.revision();
    expect((await scene.hinge('apply', '-f', name)).stdout).toBe('router/a unchanged\nrouter/b unchanged');
    expect(await scene.revision()).toBe(before);

    const changed = await scene.pipe(router('b', '{asn: 7}'), 'apply', '-f', '-');
    expect(changed).toEqual({ code: 0, stdout: 'router/b configured', stderr: '' });
  });

  it('takes a directory, and a list in JSON', async () => {
    const scene = new Scene(etcd());
    expect((await scene.hinge('apply', '-f', 'examples/ring', '-f', 'examples/first')).code).toBe(0);
    expect(await scene.list(`${scene.keys.desired}routers/`)).toHaveLength(6);
    const list = await scene.hinge('get', 'all', '-o', 'json');
    const again = new Scene(etcd());
    const { stdout, code } = await again.pipe(list.stdout, 'apply', '-f', '-');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(11);
  });

  it('writes nothing on a dry run', async () => {
    const scene = new Scene(etcd());
    const { stdout } = await scene.hinge('apply', '-f', 'examples/first', '--dry-run');
    expect(stdout).toContain('router/tokyo created (dry run)');
    expect(await scene.list(scene.keys.desired)).toEqual([]);
  });

  it('lets a reference to what may still come pass, with a warning', async () => {
    const scene = new Scene(etcd());
    const path = `${HEAD}kind: Path\nmetadata: {name: p}\nspec: {via: [a, b]}\n`;
    const { code, stdout, stderr } = await scene.pipe(path, 'apply', '-f', '-');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'path/p created' });
    expect(stderr).toContain(
      `warning: standard input:4:14: Path/p (${scene.prefix}/desired/paths/p): spec.via[0]: There is no Router/a`,
    );
  });

  it('refuses what conflicts with objects in etcd, unless forced', async () => {
    const scene = new Scene(etcd());
    await scene.pipe(router('a', '{asn: 7}'), 'apply', '-f', '-');
    const refused = await scene.pipe(router('b', '{asn: 7}'), 'apply', '-f', '-');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('spec.asn: The AS number 7 is taken: it belongs to Router/a');
    expect((await scene.pipe(router('b', '{asn: 7}'), 'apply', '-f', '-', '--force')).stdout).toBe(
      'router/b created',
    );
  });

  const path = (spec: string): string => `${HEAD}kind: Path\nmetadata: {name: p}\nspec: ${spec}\n`;

  it.each([
    [
      'malformed JSON',
      '{"kind": "Router",',
      ':1:19: expected a JSON or YAML document; flow map must end with a }',
      '{\\"kind\\": \\"Router\\",',
    ],
    [
      'malformed YAML',
      'kind: a: b\n',
      ':1:7: expected a JSON or YAML document; nested mappings',
      'kind: a: b',
    ],
    [
      'an unknown field',
      router('x', '{routerID: 1.2.3.4}'),
      ':4:8: Router/x (KEYrouters/x): spec.routerID: unknown field spec.routerID; did you mean routerId?',
      '"1.2.3.4"',
    ],
    [
      'a wrong type',
      router('x', '{asn: seven}'),
      ':4:13: Router/x (KEYrouters/x): spec.asn: expected an AS number from 1 to 4294967294',
      '"seven"',
    ],
    [
      'a duplicate AS number',
      `${router('x', '{asn: 7}')}---\n${router('y', '{asn: 7}')}`,
      ':9:13: Router/y (KEYrouters/y): spec.asn: The AS number 7 is taken',
      '7',
    ],
    [
      'a subnet that is too small',
      `${router('x')}---\n${router('y')}---\n${path('{via: [x, y], hops: [{between: [x, y], subnet: 10.0.0.0/30}]}')}`,
      ':14:54: Path/p (KEYpaths/p): spec.hops[0].subnet: A subnet is a /16 to /28',
      '10.0.0.0/30',
    ],
    [
      '2 MB of configuration',
      router('x', `{extraConfig: "${'x'.repeat(2_000_000)}"}`),
      ':1: Router/x (KEYrouters/x): expected at most 1048576 bytes, got',
      '2000',
    ],
    [
      'an object that is there twice',
      `${router('x')}---\n${router('x')}`,
      ':6: Router/x (KEYrouters/x): metadata.name: expected every object once, but Router/x is also at',
      '"x"',
    ],
    [
      'a name that cannot be a key',
      router('X_1'),
      ':3:18: Router/X_1 (KEYrouters/X_1): metadata.name: expected a DNS-1123 label',
      '"X_1"',
    ],
  ])('names %s, and writes nothing of the file', async (title, text, expected, value) => {
    const scene = new Scene(etcd());
    const name = await file(`${title.replaceAll(' ', '-')}.yaml`, text);
    const good = await file('good.yaml', router('good'));
    const { code, stdout, stderr } = await scene.hinge('apply', '-f', good, '-f', name);
    expect(stderr).toContain(`${name}${expected.replace('KEY', scene.keys.desired)}`);
    expect(stderr).toContain(value);
    expect(stderr).toContain('hinge: nothing was written: one problem above');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(await scene.list(scene.keys.desired)).toEqual([]);
  });

  it.each([
    [['apply'], "error: required option '-f, --filename <path>' not specified"],
    [
      ['apply', '-f', '/nowhere'],
      'hinge: -f /nowhere: expected a file or directory that can be read (ENOENT)',
    ],
    [['apply', '-f', 'src/cli'], 'hinge: -f src/cli: expected a directory with .yaml, .yml or .json files'],
    [['aply'], "error: unknown command 'aply'"],
    [['get', 'rt', '-o', 'xml'], "error: option '-o, --output <format>' argument 'xml' is invalid"],
    [['get', 'rooter'], 'hinge: unknown kind "rooter"; did you mean router?'],
    [['get', 'rt', '--prefix', 'x'], 'hinge: --prefix: expected a path such as /hinge or /lab/two, got "x"'],
  ])('exits with 2 for %j', async (args, message) => {
    const { code, stderr } = await new Scene(etcd()).hinge(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('says what etcd says when a value is larger than it takes', async () => {
    const small = await startEtcd({ maxRequestBytes: 100_000 });
    try {
      const scene = new Scene(small);
      const large = router('x', `{extraConfig: "${'x'.repeat(500_000)}"}`);
      const { code, stderr } = await scene.pipe(large, 'apply', '-f', '-');
      expect(stderr).toContain(scene.keys.desiredOf({ kind: 'Router', name: 'x' }));
      expect(stderr).toContain('--max-request-bytes');
      expect(code).toBe(1);
    } finally {
      await small.close();
    }
  });

  it('says which etcd it cannot reach', async () => {
    const { code, stderr } = await new Scene(etcd()).hinge('get', 'all', '--etcd-endpoints', '127.0.0.1:1');
    expect(stderr).toContain('127.0.0.1:1');
    expect(stderr).toContain('check that etcd runs, and HINGE_ETCD_ENDPOINTS');
    expect(code).toBe(1);
  });
});

describe('hinge validate', () => {
  it('works without etcd', async () => {
    const scene = new Scene(etcd());
    const { code, stdout } = await scene.hinge(
      'validate',
      '-f',
      'examples/figure-3',
      '--etcd-endpoints',
      '127.0.0.1:1',
    );
    expect(code).toBe(0);
    expect(stdout.split('\n')).toHaveLength(25);
  });

  it('takes an unknown router for a problem, or for a warning when the files are only a part', async () => {
    const scene = new Scene(etcd());
    const text = `${router('a')}---\n${HEAD}kind: Path\nmetadata: {name: p}\nspec: {via: [a, vyos-99]}\n`;
    const whole = await scene.pipe(text, 'validate', '-f', '-');
    expect(whole.code).toBe(1);
    expect(whole.stderr).toBe(
      'standard input:9:17: Path/p: spec.via[1]: There is no Router/vyos-99. This is tried again when there is.\nhinge: one problem in 2 objects',
    );
    const partial = await scene.pipe(text, 'validate', '-f', '-', '--partial');
    expect(partial.code).toBe(0);
    expect(partial.stderr).toContain('warning: standard input:9:17: Path/p: spec.via[1]');
  });

  it('names every bad object of a file', async () => {
    const text = `${router('a', '{asn: x}')}---\n${router('b', '{platform: y}')}---\nkind: c\n`;
    const { code, stderr } = await new Scene(etcd()).pipe(text, 'validate', '-f', '-');
    expect(code).toBe(1);
    expect(stderr).toContain('Router/a: spec.asn: ');
    expect(stderr).toContain('Router/b: spec.platform: expected frr, vyos or bird, got "y"');
    expect(stderr).toContain('kind: expected Router, Path or Experiment, got "c"');
  });
});
