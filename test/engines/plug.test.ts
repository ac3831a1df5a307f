import { sharedLab } from '../support/lab.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ObservedContainer, ObservedEndpoint } from '../../src/core/diff/observed.ts';
import { PREFIX_LABEL } from '../../src/core/plan/labels.ts';
import { failureOf } from '../support/failure-of.ts';
import { HELPER_IMAGE, Scene } from '../support/scene.ts';

/** Static addresses in running task containers. */
describe('on real engines, a plug', () => {
  const lab = sharedLab();
  let scene: Scene;
  let host: ObservedContainer;
  let other: ObservedContainer;
  let network: string;
  let elsewhere: string;

  beforeAll(async () => {
    scene = new Scene(lab, 1);
    [host, other] = await Promise.all([scene.host('a', 'node1'), scene.host('b', 'node1')]);
    [network, elsewhere] = await Promise.all([scene.network(0), scene.network(1)]);
    await scene.node('node1').connect(await scene.node('node1').ensureHelper(HELPER_IMAGE), network);
  });
  afterAll(() => scene.clear());

  const endpointOf = async (id: string): Promise<ObservedEndpoint | undefined> =>
    (await scene.container('node1', id))?.endpoints.find(({ networkId }) => networkId === network);
  const address = (hostPart: number): string => scene.testbed.address(0, hostPart);

  it('gives a running task the address that was asked for', async () => {
    await scene.node('node1').connect(host.id, network, address(2));
    expect(await endpointOf(host.id)).toEqual({
      networkId: network,
      networkName: scene.testbed.network(0).name,
      address: address(2),
      mac: expect.stringMatching(/^02:42:/) as string,
      endpointId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    const { stdout } = await scene.node('node1').run({
      containerId: host.id,
      namespaces: 'net',
      argv: ['ip', '-br', '-4', 'address'],
      timeoutMs: 5000,
    });
    expect(stdout).toContain(`${address(2)}/27`);
  });

  it('is content with what is there, and leaves it alone', async () => {
    const before = await endpointOf(host.id);
    await scene.node('node1').connect(host.id, network, address(2));
    await scene.node('node1').connect(host.id, network);
    expect(await endpointOf(host.id)).toEqual(before);
    const failure = await failureOf(scene.node('node1').connect(host.id, network, address(3)));
    expect(failure).toMatchObject({ kind: 'conflict' });
    expect(failure.message).toContain(`plugged in as ${address(2)}`);
    expect(await endpointOf(host.id)).toEqual(before);
  });

  it('does it once when asked twice at the same time', async () => {
    await scene.node('node1').disconnect(host.id, network);
    const calls = [1, 2, 3].map(() => scene.node('node1').connect(host.id, network, address(2)));
    await Promise.all(calls);
    expect(await endpointOf(host.id)).toMatchObject({ address: address(2) });
  });

  it('repairs an endpoint that the engine has lost from its record', async () => {
    const engine = lab.node('node1').docker;
    const body = { Container: host.id, EndpointConfig: { IPAMConfig: { IPv4Address: address(2) } } };
    await expect(engine.getNetwork(network).connect(body)).rejects.toThrow('already exists');
    const recorded = async (): Promise<unknown> => {
      const { NetworkSettings } = await engine.getContainer(host.id).inspect();
      return NetworkSettings.Networks[scene.testbed.network(0).name]?.IPAddress;
    };
    expect(await recorded()).toBe('');
    await scene.node('node1').connect(host.id, network, address(2));
    expect(await recorded()).toBe(address(2));
    expect(await endpointOf(host.id)).toMatchObject({ address: address(2) });
  });

  it('can be made after the engine failed half-way', async () => {
    const subnet = scene.testbed.network(0).subnet;
    const route = (verb: string): Promise<unknown> =>
      scene.node('node1').run({
        containerId: other.id,
        namespaces: 'net',
        argv: ['ip', 'route', verb, 'blackhole', subnet],
        timeoutMs: 5000,
      });
    await route('add');
    const failure = await failureOf(scene.node('node1').connect(other.id, network, address(4)));
    expect(failure.message).toContain('conflicts with existing route');
    await route('del');
    await scene.node('node1').connect(other.id, network, address(4));
    expect(await endpointOf(other.id)).toMatchObject({ address: address(4) });
    await scene.node('node1').disconnect(other.id, network);
  });

  it('refuses an address that another container has, and can then give another', async () => {
    const failure = await failureOf(scene.node('node1').connect(other.id, network, address(2)));
    expect(failure.message).toContain('Address already in use');
    expect(await endpointOf(other.id)).toBeUndefined();
    await scene.node('node1').connect(other.id, network, address(3));
    expect(await endpointOf(other.id)).toMatchObject({ address: address(3) });
  });

  it('of the task that replaces a crashed one is the same, and the old container lets go', async () => {
    const node = lab.node('node1');
    await scene.node('node1').connect(host.id, network, address(2));
    const { State } = await node.docker.getContainer(host.id).inspect();
    await node.exec(['kill', '-9', String(State.Pid)]);
    const crashed = host;
    await expect.poll(async () => (await scene.container('node1', crashed.id))?.running).toBe(false);
    host = await scene.host('a', 'node1');
    await scene.node('node1').connect(host.id, network, address(2));
    expect(await endpointOf(host.id)).toMatchObject({ address: address(2) });
    // It keeps the network in its record, which is not believed of a container that does not run.
    expect(await endpointOf(crashed.id)).toBeUndefined();
    await scene.node('node1').disconnect(crashed.id, network);
    expect(await endpointOf(crashed.id)).toBeUndefined();
    expect(await endpointOf(host.id)).toMatchObject({ address: address(2) });
  });

  it('says that the network is not on the node', async () => {
    await expect(
      failureOf(scene.node('node1').connect(host.id, elsewhere, address(2))),
    ).resolves.toMatchObject({
      kind: 'not-found',
    });
  });

  it('does not believe the engine that it plugged a container which does not run', async () => {
    const engine = lab.node('node1').docker;
    const stopped = await engine.createContainer({
      Image: HELPER_IMAGE,
      Labels: { [PREFIX_LABEL]: scene.testbed.prefix },
      HostConfig: { NetworkMode: 'bridge' },
    });
    onTestFinished(() => stopped.remove({ force: true }));
    const failure = await failureOf(scene.node('node1').connect(stopped.id, network, address(9)));
    expect(failure).toMatchObject({ kind: 'conflict' });
    expect(failure.message).toContain('there is no endpoint');
  });

  it('unplugs, also when nothing is plugged, and when container or network are gone', async () => {
    const node = scene.node('node1');
    await node.disconnect(other.id, network);
    expect(await endpointOf(other.id)).toBeUndefined();
    await node.disconnect(other.id, network);
    await node.disconnect('0'.repeat(64), network);
    await node.disconnect(other.id, 'x'.repeat(25));
    expect((await scene.container('node1', other.id))?.running).toBe(true);
  });
});
