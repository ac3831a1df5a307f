import { sharedLab } from '../support/lab.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { HELPER_LABEL, PREFIX_LABEL } from '../../src/core/plan/labels.ts';
import { eventually } from '../support/eventually.ts';
import { failureOf } from '../support/failure-of.ts';
import { HELPER_IMAGE, Scene } from '../support/scene.ts';
import { slow } from '../support/slow.ts';

/** The container that brings networks onto a node. */
describe('on real engines, the helper', () => {
  const lab = sharedLab();
  let scene: Scene;
  beforeAll(() => {
    scene = new Scene(lab, 3);
  });
  afterEach(() => scene.node('node2').removeHelper());
  afterAll(() => scene.clear());

  const docker = () => lab.node('node2').docker;
  /** Addresses in the helper's network namespace, loopback left out. */
  const addresses = async (id: string): Promise<string[]> => {
    const { State } = await docker().getContainer(id).inspect();
    const command = ['nsenter', '-t', String(State.Pid), '-n', 'ip', '-o', '-4', 'address'] as const;
    const { stdout } = await lab.node('node2').exec(command);
    return stdout
      .split('\n')
      .flatMap((line) => /inet (\S+)/.exec(line)?.[1] ?? [])
      .filter((address) => !address.startsWith('127.'));
  };

  it('is there once, under its labels, and has no way out', async () => {
    const node = scene.node('node2');
    const [id, same] = await Promise.all([node.ensureHelper(HELPER_IMAGE), node.ensureHelper(HELPER_IMAGE)]);
    expect(same).toBe(id);
    const { containers } = await node.list();
    expect(containers).toMatchObject([
      {
        id,
        name: scene.testbed.helper,
        running: true,
        image: HELPER_IMAGE,
        labels: { [HELPER_LABEL]: 'node2', [PREFIX_LABEL]: scene.testbed.prefix },
        endpoints: [],
      },
    ]);
    expect(await addresses(id)).toEqual([]);
  });

  it('is not touched while it runs', async () => {
    await scene.node('node2').ensureHelper(HELPER_IMAGE);
    const calls: string[] = [];
    const fleet = scene.openFleet({ observe: (_, call) => calls.push(call) });
    onTestFinished(() => fleet.close());
    await fleet.engines.get('node2')?.ensureHelper(HELPER_IMAGE);
    expect(calls).toEqual(['container.inspect']);
  });

  it.each(['nothing is', 'one that stopped is'])(
    'is one, when %s there and two operators make it',
    async (there) => {
      const node = scene.node('node2');
      if (there !== 'nothing is')
        await docker()
          .getContainer(await node.ensureHelper(HELPER_IMAGE))
          .stop({ t: 0 });
      const other = scene.openFleet();
      onTestFinished(() => other.close());
      const both = [node, other.engines.get('node2') ?? node];
      const outcomes = await Promise.allSettled(both.map((each) => each.ensureHelper(HELPER_IMAGE)));
      const failures = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      expect(failures).toEqual(failures.map(() => expect.objectContaining({ kind: 'conflict' }) as unknown));
      const ids = await Promise.all(both.map((each) => each.ensureHelper(HELPER_IMAGE)));
      const { containers } = await node.list();
      expect(containers).toMatchObject([{ id: ids[0], running: true }]);
      for (const id of [...ids, ...outcomes.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))])
        expect(id).toBe(containers[0]?.id);
    },
  );

  it('is replaced when it was stopped, and plugged anew', async () => {
    const node = scene.node('node2');
    const before = await node.ensureHelper(HELPER_IMAGE);
    const network = await scene.network(0);
    await node.connect(before, network);
    await docker().getContainer(before).stop({ t: 0 });
    const { containers } = await node.list();
    expect(containers).toMatchObject([{ id: before, running: false }]);
    const after = await node.ensureHelper(HELPER_IMAGE);
    expect((await node.list()).containers).toMatchObject([{ id: after, running: true, endpoints: [] }]);
    await node.connect(after, network);
    expect(await addresses(after)).toHaveLength(1);
  });

  slow(
    'stays down when its engine crashed, and leaves no attachment that would keep a network',
    async () => {
      const node = scene.node('node2');
      const before = await node.ensureHelper(HELPER_IMAGE);
      const networks = await Promise.all([0, 1, 2].map((index) => scene.network(index)));
      for (const network of networks) await node.connect(before, network);
      await lab.node('node2').kill();
      await lab.node('node2').start();
      await eventually(async () => expect((await scene.container('node2', before))?.running).toBe(false), {
        timeoutMs: 20_000,
        message: 'node2 is read again',
      });
      expect(await scene.container('node2', before)).toMatchObject({ endpoints: [] });
      for (const network of networks) await node.disconnect(before, network);
      const after = await node.ensureHelper(HELPER_IMAGE);
      for (const network of networks) {
        // The engine may ask its own former life for the network's addresses, and gives that up after 30 s. A plug that waits for it fails
        // after 20 s, and the next one when the engine takes away what the first has left.
        await eventually(() => node.connect(after, network), {
          timeoutMs: 70_000,
          message: 'it is plugged anew',
        });
      }
      expect(await addresses(after)).toHaveLength(3);
      await node.removeHelper();
      for (const network of networks) {
        await eventually(() => scene.fleet.swarm.removeNetwork(network), {
          timeoutMs: 20_000,
          message: 'the network is removed',
        });
      }
    },
    180_000,
  );

  it('can be plugged even if the engine put it back into the network "none"', async () => {
    const id = await scene.node('node2').ensureHelper(HELPER_IMAGE);
    await docker().getNetwork('none').connect({ Container: id });
    await scene.node('node2').connect(id, await scene.network(0));
    expect(await addresses(id)).toHaveLength(1);
  });

  it('is removed, and once more', async () => {
    const node = scene.node('node2');
    const id = await node.ensureHelper(HELPER_IMAGE);
    await node.removeHelper();
    expect(await scene.container('node2', id)).toBeUndefined();
    await node.removeHelper();
  });

  it('says which image to bring to which node', async () => {
    const failure = await failureOf(scene.node('node2').ensureHelper('hinge/nowhere:9'));
    expect(failure).toMatchObject({ kind: 'not-found' });
    expect(failure.message).toContain(
      'node2 lacks the image hinge/nowhere:9: bring it there (hinge image import',
    );
  });

  it('does not touch a container of its name that is not its own', async () => {
    const foreign = await docker().createContainer({ name: scene.testbed.helper, Image: HELPER_IMAGE });
    try {
      const failure = await failureOf(scene.node('node2').ensureHelper(HELPER_IMAGE));
      expect(failure).toMatchObject({ kind: 'conflict' });
      expect(failure.message).toContain('not of this testbed');
      await expect(failureOf(scene.node('node2').removeHelper())).resolves.toMatchObject({
        kind: 'conflict',
      });
    } finally {
      await foreign.remove();
    }
  });
});
