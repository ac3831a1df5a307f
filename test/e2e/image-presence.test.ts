import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RouterStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import { sharedLab } from '../support/lab.ts';
import { hinge } from '../support/operator.ts';
import { REGISTRY_USER, Registry } from '../support/registry.ts';
import { allRows } from '../support/slow.ts';
import { document, useTestbed } from '../support/testbed.ts';

const ROUTER_IMAGE = 'hinge/router-frr:1';

describe.runIf(allRows)('images that are not there', () => {
  let directory: string | undefined;
  let registry: Registry | undefined;

  // Registered first, it comes last: images of containers that are there cannot be removed.
  afterAll(async () => {
    await registry?.stop();
    for (const { docker } of sharedLab().nodes) {
      const images = await docker.listImages();
      const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
      for (const name of names.filter((one) => /^(test-images|127\.0\.0\.1:5000)\//.test(one)))
        await docker.getImage(name).remove();
    }
    if (directory !== undefined) await rm(directory, { recursive: true });
  });

  const testbed = useTestbed('/images');

  const tag = async (node: string, name: string): Promise<void> => {
    const colon = name.lastIndexOf(':');
    await testbed.lab
      .node(node)
      .docker.getImage(ROUTER_IMAGE)
      .tag({ repo: name.slice(0, colon), tag: name.slice(colon + 1) });
  };
  const untag = (node: string, name: string): Promise<unknown> =>
    testbed.lab.node(node).docker.getImage(name).remove();
  const status = async (name: string): Promise<RouterStatus | undefined> =>
    testbed.status({ kind: 'Router', name });

  it('keep a router from being placed, until one of its nodes has them', async () => {
    await testbed.start();
    const name = 'test-images/late:1';
    const late = document('Router', 'late', {
      image: name,
      imagePullPolicy: 'Never',
      placement: { node: 'node2' },
    });
    await testbed.put(late);
    await testbed.condition(late.ref, 'Running', {
      status: 'False',
      reason: 'ImageMissing',
      message:
        /has the image test-images\/late:1 \(node2\).*hinge image import FILE --tag test-images\/late:1/,
    });
    expect((await testbed.inventory()).services).toEqual([]);
    await tag('node1', name);
    const list = await hinge(testbed.env, ['image', 'list']);
    expect(list.stdout).toMatch(/^test-images\/late:1 +late +[0-9a-f]{12} +missing +missing/m);
    expect(list.stdout).toMatch(/^hinge\/helper:1 +helper +[0-9a-f]{12} +[0-9a-f]{12} +[0-9a-f]{12}/m);
    await tag('node2', name);
    await testbed.ready([late.ref], 30_000);
  });

  it('do not disturb a router that runs, and are wanted again when its container is to be replaced', async () => {
    const name = 'test-images/late:1';
    const { container } = (await status('late')) ?? {};
    await untag('node2', name);
    const limited = document('Router', 'late', {
      image: name,
      imagePullPolicy: 'Never',
      placement: { node: 'node2' },
      resources: { memory: '300Mi' },
    });
    await testbed.put(limited);
    await testbed.condition(limited.ref, 'Ready', {
      status: 'False',
      reason: 'ImageMissing',
      message: /goes on until then/,
    });
    await testbed.condition(limited.ref, 'Running', { status: 'True' });
    expect((await status('late'))?.container).toBe(container);
    await tag('node2', name);
    await testbed.ready([limited.ref], 60_000);
    expect((await status('late'))?.container).not.toBe(container);
  });

  it('are no reason to wait when some nodes have them', async () => {
    const name = 'test-images/some:1';
    await tag('node3', name);
    const some = document('Router', 'some', { image: name, imagePullPolicy: 'Never' });
    await testbed.put(some);
    await testbed.ready([some.ref], 60_000);
    expect((await status('some'))?.node).toBe('node3');
  });

  it('are pulled, with the credentials of a secret, which nobody is shown', async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-registry-'));
    registry = await Registry.start(testbed.lab, directory);
    const name = await registry.push(testbed.lab.node('node1'), ROUTER_IMAGE, 'net/router:1');
    const pulled = document('Router', 'pulled', { image: name, imagePullSecret: 'registry' });
    await testbed.put(pulled);
    const missing = { status: 'False', reason: 'ImageMissing' } as const;
    await testbed.condition(pulled.ref, 'Running', { ...missing, message: /there is no secret registry/ });
    const secret = (value: object): Promise<unknown> =>
      testbed.store.put(`${testbed.keys.secrets}registry`, JSON.stringify(value));
    await secret({ ...REGISTRY_USER, password: 'not-the-password' });
    await testbed.condition(pulled.ref, 'Running', {
      ...missing,
      message: /pulling it failed.*(unauthorized|no basic auth)/i,
    });
    await secret(REGISTRY_USER);
    await testbed.ready([pulled.ref], 60_000);
    const shown = [...(await testbed.snapshot())].filter(([key]) => !key.startsWith(testbed.keys.secrets));
    const log = (await testbed.operators[0]?.log()) ?? '';
    expect(log).toContain('image pulled');
    for (const password of [REGISTRY_USER.password, 'not-the-password']) {
      expect(JSON.stringify(shown.map(([, { value }]) => value))).not.toContain(password);
      expect(log).not.toContain(password);
    }
  });

  it('are pulled anew for every container with Always', async () => {
    if (registry === undefined) throw new Error('there is no registry');
    const { docker } = testbed.lab.node('node1');
    // Another image under the same name: the router's, with one more label.
    const container = await docker.createContainer({ Image: ROUTER_IMAGE });
    await container.commit({ repo: 'test-images/newer', tag: '1', changes: 'LABEL newer=yes' });
    await container.remove();
    const newer = (await docker.getImage('test-images/newer:1').inspect()).Id;
    const image = await registry.push(testbed.lab.node('node1'), 'test-images/newer:1', 'net/router:1');
    const always = document('Router', 'pulled', {
      image,
      imagePullPolicy: 'Always',
      imagePullSecret: 'registry',
      resources: { memory: '300Mi' },
    });
    const { container: before } = (await status('pulled')) ?? {};
    await testbed.put(always);
    await eventually(
      async () => {
        const { container: now } = (await status('pulled')) ?? {};
        expect(now).toBeDefined();
        expect(now).not.toBe(before);
      },
      { timeoutMs: 60_000, message: 'its container is replaced' },
    );
    await testbed.ready([always.ref], 60_000);
    const { container: after, node = '' } = (await status('pulled')) ?? {};
    const { Image } = await testbed.lab
      .node(node)
      .docker.getContainer(after ?? '')
      .inspect();
    expect(Image).toBe(newer);
  });
});
