import { sharedLab } from '../support/lab.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { EngineHint } from '../../src/ports/node-engine.ts';
import { eventually } from '../support/eventually.ts';
import { slow } from '../support/slow.ts';
import { swarmWhole } from '../support/swarm-members.ts';
import { failureOf } from '../support/failure-of.ts';
import { HELPER_IMAGE, Scene } from '../support/scene.ts';

/** Engines that hang, die and come back; and what they tell. */
describe('on real engines, faults of engines', () => {
  const lab = sharedLab();
  let scene: Scene;
  beforeAll(() => {
    scene = new Scene(lab, 6, { timeoutMs: 3000 });
  });
  afterEach(async () => {
    for (const node of lab.nodes) node.resume();
    await lab.node('node1').connect();
    await swarmWhole(lab);
  }, 180_000);
  afterAll(() => scene.clear());

  it('an engine that hangs delays nobody else, and is read again when it goes on', async () => {
    for (const { name } of lab.nodes) await scene.node(name).list();
    await lab.node('node3').pause();
    const started = performance.now();
    const hanging = failureOf(scene.node('node3').list());
    await Promise.all([scene.node('node1').list(), scene.node('node2').list()]);
    expect(performance.now() - started).toBeLessThan(3000);
    await expect(hanging).resolves.toMatchObject({ kind: 'timeout' });
    expect(performance.now() - started).toBeLessThan(6000);
    lab.node('node3').resume();
    await eventually(() => scene.node('node3').list(), { timeoutMs: 10_000, message: 'node3 is read again' });
  });

  it('another manager is asked when one hangs', async () => {
    const observed: string[] = [];
    const fleet = scene.openFleet({
      timeoutMs: 1500,
      observe: (node, call) => observed.push(`${node} ${call}`),
    });
    onTestFinished(() => fleet.close());
    const { nodes } = await fleet.swarm.list();
    const first = observed.find((call) => call.endsWith('service.list'))?.split(' ')[0] ?? '';
    await lab.node(first).pause();
    observed.length = 0;
    // Longer than the election of another leader, when the one that hangs was it.
    const again = await eventually(() => fleet.swarm.list(), {
      timeoutMs: 50_000,
      message: 'the Swarm is read',
    });
    expect(again.nodes.map(({ id }) => id).toSorted()).toEqual(nodes.map(({ id }) => id).toSorted());
    const last = observed.findLast((call) => call.endsWith('service.list'))?.split(' ')[0];
    expect(last).not.toBe(first);
  });

  slow('a manager that is cut off from the others is not believed', async () => {
    const network = await scene.network(0);
    const alone = scene.openFleet({ nodes: `node1=unix://${lab.node('node1').socket}`, timeoutMs: 3000 });
    onTestFinished(() => alone.close());
    await alone.swarm.list();
    await lab.node('node1').disconnect();
    // First it hangs; once it knows that it has no leader it refuses some things, and finds nothing for others.
    const removed = vi.fn();
    const failure = async (): Promise<string> =>
      (await failureOf(alone.swarm.removeNetwork(network).then(removed))).message;
    await expect.poll(failure, { timeout: 40_000, interval: 1000 }).toContain('does not have a leader');
    expect(removed).not.toHaveBeenCalled();
    await expect(failureOf(alone.swarm.list())).resolves.toMatchObject({ kind: 'unreachable' });
    const { networks } = await scene.fleet.swarm.list();
    expect(networks.map(({ id }) => id)).toContain(network);
    expect((await scene.node('node1').list()).containers).toEqual([]);
  });

  it('without a majority of managers nothing is taken for gone', async () => {
    await scene.network(0);
    for (const name of ['node2', 'node3']) await lab.node(name).pause();
    const failure = await eventually(() => failureOf(scene.fleet.swarm.list()), {
      timeoutMs: 50_000,
      message: 'the remaining manager gives up its leadership',
    });
    expect(['timeout', 'unreachable', 'rejected']).toContain(failure.kind);
    for (const name of ['node2', 'node3']) lab.node(name).resume();
    const { networks } = await eventually(() => scene.fleet.swarm.list(), {
      timeoutMs: 50_000,
      message: 'the Swarm is read again',
    });
    expect(networks.map(({ name }) => name)).toContain(scene.testbed.network(0).name);
  });

  it('events hint at what changed, with the workload', async () => {
    const fleet = scene.openFleet();
    onTestFinished(() => fleet.close());
    const hints: EngineHint[] = [];
    const release = fleet.onHint((hint) => hints.push(hint));
    await expect
      .poll(() =>
        hints
          .filter(({ about }) => about === 'all')
          .map(({ node }) => node)
          .toSorted(),
      )
      .toEqual(['node1', 'node2', 'node3']);
    hints.length = 0;
    const { id } = await scene.host('a', 'node2');
    const workload = scene.testbed.workload('a').key;
    await expect.poll(() => hints).toContainEqual({ node: 'node2', about: 'containers', workload });
    await expect.poll(() => hints).toContainEqual({ node: 'node1', about: 'swarm' });
    expect(hints.filter((hint) => hint.workload !== undefined && hint.node !== 'node2')).toEqual([]);

    const helper = await scene.node('node2').ensureHelper(HELPER_IMAGE);
    const network = await scene.network(1);
    await scene.node('node2').connect(helper, network);
    hints.length = 0;
    await scene.node('node2').connect(id, network, scene.testbed.address(1, 2));
    await expect.poll(() => hints).toContainEqual({ node: 'node2', about: 'containers' });
    release();
    hints.length = 0;
    await scene.node('node2').disconnect(id, network);
    expect(hints).toEqual([]);
  });

  it('after its engine was away, a node is to be listed anew', async () => {
    const fleet = scene.openFleet();
    onTestFinished(() => fleet.close());
    const hints: EngineHint[] = [];
    fleet.onHint((hint) => hints.push(hint));
    const node2 = { node: 'node2', about: 'all' };
    await expect.poll(() => hints).toContainEqual(node2);
    hints.length = 0;
    await lab.node('node2').kill();
    await lab.node('node2').start();
    await expect.poll(() => hints, { timeout: 20_000 }).toContainEqual(node2);
    expect(hints.filter(({ about }) => about === 'all')).toEqual([node2]);
  });
});
