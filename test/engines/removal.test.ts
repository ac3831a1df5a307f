import { sharedLab } from '../support/lab.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObservedContainer } from '../../src/core/diff/observed.ts';
import { attachments } from '../support/attachments.ts';
import { failureOf } from '../support/failure-of.ts';
import { HELPER_IMAGE, Scene } from '../support/scene.ts';

const NODES = ['node1', 'node2'] as const;

/** A link from its creation to its last trace. */
describe('on real engines, removing a link', () => {
  const lab = sharedLab();
  let scene: Scene;
  const hosts = new Map<string, ObservedContainer>();
  const helpers = new Map<string, string>();
  let network: string;

  beforeAll(async () => {
    scene = new Scene(lab, 2);
    await Promise.all(NODES.map(async (node) => hosts.set(node, await scene.host(`on-${node}`, node))));
    network = await scene.network(0);
  });
  afterAll(() => scene.clear());

  const hostOn = (node: string): string => hosts.get(node)?.id ?? '';
  const address = (index: number): string => scene.testbed.address(0, 2 + index);

  it('a link across two nodes carries packets', async () => {
    await Promise.all(
      NODES.map(async (node, index) => {
        const helper = await scene.node(node).ensureHelper(HELPER_IMAGE);
        helpers.set(node, helper);
        await scene.node(node).connect(helper, network);
        await scene.node(node).connect(hostOn(node), network, address(index));
      }),
    );
    const ping = await scene.node('node1').run({
      containerId: hostOn('node1'),
      namespaces: 'net',
      argv: ['ping', '-c', '3', '-i', '0.2', '-W', '5', address(1)],
      timeoutMs: 20_000,
    });
    expect(ping.stdout).toContain('3 received');
  });

  it('is not removed while it is in use', async () => {
    const failure = await failureOf(scene.fleet.swarm.removeNetwork(network));
    expect(failure.message).toContain('is in use');
    expect((await scene.fleet.swarm.list()).networks.map(({ id }) => id)).toContain(network);
  });

  it('leaves nothing either when the helper was gone before the workload', async () => {
    const node = scene.node('node1');
    const forsaken = await scene.network(1);
    await node.connect(await node.ensureHelper(HELPER_IMAGE), forsaken);
    await node.connect(hostOn('node1'), forsaken, scene.testbed.address(1, 2));
    await node.disconnect(helpers.get('node1') ?? '', forsaken);
    // By now the engine has tried to let go of the network, once and for all.
    await expect.poll(() => attachments(lab, helpers.get('node1') ?? ''), { timeout: 10_000 }).toBe(1);
    await node.disconnect(hostOn('node1'), forsaken);
    await Promise.all(NODES.map((name) => scene.node(name).giveUp(forsaken, HELPER_IMAGE)));
    await expect.poll(() => scene.fleet.swarm.removeNetwork(forsaken), { timeout: 10_000 }).toBeUndefined();
    await expect
      .poll(async () => Object.values(await scene.localNetworks()).flat(), { timeout: 20_000 })
      .not.toContain(scene.testbed.network(1).name);
  });

  it('leaves nothing on any node when workloads are unplugged before helpers, and helpers before it goes', async () => {
    const { name } = scene.testbed.network(0);
    await Promise.all(NODES.map((node) => scene.node(node).disconnect(hostOn(node), network)));
    await Promise.all(NODES.map((node) => scene.node(node).disconnect(helpers.get(node) ?? '', network)));
    await expect.poll(() => scene.fleet.swarm.removeNetwork(network), { timeout: 10_000 }).toBeUndefined();
    expect((await scene.fleet.swarm.list()).networks.map((one) => one.name)).not.toContain(name);
    await expect
      .poll(async () => Object.values(await scene.localNetworks()).flat(), { timeout: 20_000 })
      .not.toContain(name);
    // Once more, and of a network that never was.
    await scene.fleet.swarm.removeNetwork(network);
    await scene.fleet.swarm.removeNetwork('x'.repeat(25));
  });
});
