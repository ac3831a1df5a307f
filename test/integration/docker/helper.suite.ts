import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../../deploy/lab/lab.ts';
import { HELPER_LABEL, PREFIX_LABEL } from '../../../src/core/plan/labels.ts';
import { failureOf } from './failure-of.ts';
import { HELPER_IMAGE, Scene } from './scene.ts';

/** The container that brings networks onto a node. */
export function helperSuite(lab: () => Lab): void {
  let scene: Scene;
  beforeAll(() => {
    scene = new Scene(lab(), 3);
  });
  afterEach(() => scene.node('node2').removeHelper());
  afterAll(() => scene.clear());

  const docker = () => lab().node('node2').docker;
  /** Addresses in the helper's network namespace, loopback left out. */
  const addresses = async (id: string): Promise<string[]> => {
    const { State } = await docker().getContainer(id).inspect();
    const command = ['nsenter', '-t', String(State.Pid), '-n', 'ip', '-o', '-4', 'address'] as const;
    const { stdout } = await lab().node('node2').exec(command);
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

  it('is started again when it was stopped, with what it was plugged into', async () => {
    const node = scene.node('node2');
    const id = await node.ensureHelper(HELPER_IMAGE);
    await node.connect(id, await scene.network(0));
    await docker().getContainer(id).stop({ t: 0 });
    expect((await scene.container('node2', id))?.running).toBe(false);
    await expect(node.ensureHelper(HELPER_IMAGE)).resolves.toBe(id);
    const container = await scene.container('node2', id);
    expect(container?.running).toBe(true);
    expect(container?.endpoints.map(({ networkName }) => networkName)).toEqual([
      scene.testbed.network(0).name,
    ]);
    expect(await addresses(id)).toHaveLength(1);
  });

  it('comes back by itself after a crash of its engine', async () => {
    const node = scene.node('node2');
    const id = await node.ensureHelper(HELPER_IMAGE);
    await Promise.all([0, 1, 2].map(async (index) => node.connect(id, await scene.network(index))));
    await lab().node('node2').kill();
    await lab().node('node2').start();
    await expect.poll(() => addresses(id), { timeout: 30_000 }).toHaveLength(3);
    await node.connect(id, await scene.network(3));
    expect(await addresses(id)).toHaveLength(4);
  });

  it('without networks, still has no way out after a crash of its engine', async () => {
    const id = await scene.node('node2').ensureHelper(HELPER_IMAGE);
    await lab().node('node2').kill();
    await lab().node('node2').start();
    await expect
      .poll(async () => (await scene.container('node2', id))?.running, { timeout: 30_000 })
      .toBe(true);
    expect(await addresses(id)).toEqual([]);
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
      'node2 lacks the image hinge/nowhere:9: load it there (docker load) or pull it',
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
}
