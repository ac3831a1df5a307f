import { sharedLab } from '../support/lab.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { differingFields } from '../../src/core/diff/conforms.ts';
import type { ObservedService, ObservedTask } from '../../src/core/diff/observed.ts';
import type { DesiredService, DesiredWorkload } from '../../src/core/plan/desired.ts';
import { failureOf } from '../support/failure-of.ts';
import { MANAGEMENT, Scene } from '../support/scene.ts';

/** Services and networks on a real Swarm. */
describe('on real engines, the Swarm', () => {
  const lab = sharedLab();
  let scene: Scene;
  let management: string;
  beforeAll(async () => {
    scene = new Scene(lab, 5);
    management = await scene.network(MANAGEMENT);
  });
  afterAll(() => scene.clear());

  const swarm = () => scene.fleet.swarm;
  const docker = () => lab.node('node1').docker;
  const nowhere: Partial<DesiredService> = { constraints: ['node.labels.nowhere==true'] };
  const create = async (workload: DesiredWorkload): Promise<string> => {
    const id = await swarm().createService(workload, management);
    onTestFinished(() => swarm().removeService(id));
    return id;
  };
  const observed = async (id: string): Promise<ObservedService> => {
    const service = (await swarm().list()).services.find((one) => one.id === id);
    if (service === undefined) throw new Error('not listed');
    return service;
  };
  const differing = async (id: string, { service }: DesiredWorkload): Promise<readonly string[]> => {
    const { spec, labels } = await observed(id);
    return differingFields(service, spec, labels, management);
  };

  describe('a service', () => {
    const rich: Partial<DesiredService> = {
      hostname: 'vyos-57',
      command: ['sleep', '3600'],
      env: ['A=1', 'B=x=y z'],
      capabilities: ['NET_ADMIN', 'SYS_ADMIN'],
      sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.all.rp_filter': '0' },
      constraints: ['node.hostname==node2', 'node.labels.site==x'],
      nanoCpus: 500_000_000,
      memoryBytes: 134_217_728,
    };

    it('reads back as it was wanted', async () => {
      for (const [name, fields] of [
        ['plain', nowhere],
        ['rich', rich],
      ] as const) {
        const workload = scene.testbed.workload(name, fields);
        const id = await create(workload);
        expect(await observed(id)).toMatchObject({
          id,
          name: workload.service.name,
          labels: workload.service.labels,
        });
        expect(await differing(id, workload)).toEqual([]);
      }
    });

    it('is made once', async () => {
      const workload = scene.testbed.workload('once', nowhere);
      const ids = await Promise.all([create(workload), create(workload), create(workload)]);
      expect(new Set([...ids, await create(workload)]).size).toBe(1);
    });

    it('of another owner is not taken over', async () => {
      const workload = scene.testbed.workload('foreign', nowhere);
      const foreign = await docker().createService({
        Name: workload.service.name,
        TaskTemplate: {
          ContainerSpec: { Image: 'x' },
          Placement: { Constraints: [...(nowhere.constraints ?? [])] },
        },
      });
      onTestFinished(() => foreign.remove());
      await expect(failureOf(create(workload))).resolves.toMatchObject({ kind: 'conflict' });
    });

    it('is brought to what is wanted, and keeps what others set', async () => {
      const before = scene.testbed.workload('edited', nowhere);
      const id = await create(before);
      const { Spec, Version } = (await docker().getService(id).inspect()) as Inspected;
      const edited = {
        ...Spec,
        Labels: { ...Spec.Labels, 'their.label': 'kept' },
        RollbackConfig: { Parallelism: 3 },
      };
      await docker()
        .getService(id)
        .update({ _query: { version: Version.Index }, _body: edited });
      const after = scene.testbed.workload('edited', { ...rich, ...nowhere, image: 'hinge/router-frr:1' });
      const { version } = await observed(id);
      await swarm().updateService(id, version, after, management);
      expect(await differing(id, after)).toEqual([]);
      const { Spec: now } = (await docker().getService(id).inspect()) as Inspected;
      expect(now).toMatchObject({
        Labels: { 'their.label': 'kept' },
        RollbackConfig: { Parallelism: 3 },
        EndpointSpec: { Mode: 'dnsrr' },
        TaskTemplate: { ContainerSpec: { Init: true }, LogDriver: { Options: { 'max-size': '10m' } } },
      });
      const stale = await failureOf(swarm().updateService(id, version, before, management));
      expect(stale).toMatchObject({ kind: 'out-of-sequence' });
      expect(await differing(id, after)).toEqual([]);
    });

    it('is removed, and once more', async () => {
      const id = await create(scene.testbed.workload('gone', nowhere));
      await swarm().removeService(id);
      await swarm().removeService(id);
      expect((await swarm().list()).services.map((service) => service.id)).not.toContain(id);
    });
  });

  describe('the tasks of a service', () => {
    const newest = async (name: string): Promise<ObservedTask | undefined> => {
      const workload = scene.testbed.workload(name, nowhere);
      return (await swarm().tasks(workload.service.name))[0];
    };

    it('say that no node fits', async () => {
      await create(scene.testbed.workload('no-node', nowhere));
      await expect
        .poll(() => newest('no-node'), { timeout: 20_000 })
        .toMatchObject({
          state: 'pending',
          node: undefined,
          message: /no suitable node \(scheduling constraints/ as never,
        });
    });

    it('say that a node has no image', async () => {
      const constraints = ['node.hostname==node2'];
      await create(scene.testbed.workload('no-image', { image: 'hinge/nowhere:9', constraints }));
      await expect
        .poll(
          async () => (await swarm().tasks(`${scene.testbed.name}-no-image`)).map(({ message }) => message),
          {
            timeout: 20_000,
          },
        )
        .toContain('No such image: hinge/nowhere:9');
    });

    it('say where one runs', async () => {
      await scene.host('runs', 'node2');
      await expect
        .poll(() => newest('runs'))
        .toMatchObject({ state: 'running', node: 'node2', desiredState: 'running' });
    });
  });

  describe('a network', () => {
    it('is what links need', async () => {
      const desired = scene.testbed.network(0);
      const id = await swarm().createNetwork(desired);
      // Swarm gives it life a moment after it took it.
      await expect
        .poll(() => docker().getNetwork(id).inspect())
        .toMatchObject({
          Name: desired.name,
          Driver: 'overlay',
          Scope: 'swarm',
          Internal: true,
          Attachable: true,
          Labels: desired.labels,
          IPAM: { Config: [{ Subnet: desired.subnet, IPRange: desired.ipRange, Gateway: desired.gateway }] },
        });
      const { networks } = await swarm().list();
      expect(networks.find((network) => network.id === id)).toEqual({
        id,
        name: desired.name,
        labels: desired.labels,
        subnet: desired.subnet,
      });
    });

    it('is made once', async () => {
      const desired = scene.testbed.network(1);
      const ids = await Promise.all([1, 2, 3].map(() => swarm().createNetwork(desired)));
      expect(new Set([...ids, await swarm().createNetwork(desired)]).size).toBe(1);
    });

    it('of another owner is not taken over', async () => {
      const desired = scene.testbed.network(2);
      const foreign = await docker().createNetwork({ Name: desired.name, Driver: 'overlay' });
      onTestFinished(() => foreign.remove());
      await expect(failureOf(swarm().createNetwork(desired))).resolves.toMatchObject({ kind: 'conflict' });
    });

    it('is not made on a subnet that another one has, which Swarm itself would not tell', async () => {
      const desired = scene.testbed.network(3);
      const foreign = await docker().createNetwork({
        Name: `${scene.testbed.name}-foreign`,
        Driver: 'overlay',
        IPAM: { Config: [{ Subnet: desired.subnet }] },
      });
      onTestFinished(() => foreign.remove());
      // Swarm tells the subnet only when it has given it life, a moment after it took it.
      await expect
        .poll(() => foreign.inspect())
        .toMatchObject({ IPAM: { Config: [{ Subnet: desired.subnet }] } });
      const fleet = scene.openFleet();
      onTestFinished(() => fleet.close());
      const failure = await failureOf(
        fleet.swarm.createNetwork({ ...desired, name: `${desired.name}-again` }),
      );
      expect(failure).toMatchObject({ kind: 'conflict' });
      expect(failure.message).toContain(`network ${scene.testbed.name}-foreign has ${desired.subnet}`);
      await fleet.swarm.createNetwork(scene.testbed.network(4));
    });
  });

  it('lists all nodes, and nothing of another testbed', async () => {
    const { nodes } = await swarm().list();
    expect(nodes.toSorted((a, b) => a.name.localeCompare(b.name))).toMatchObject(
      lab.nodes.map(({ name }) => ({ name, state: 'ready', availability: 'active', manager: true })),
    );
    const other = new Scene(lab, 99);
    onTestFinished(() => other.fleet.close());
    expect(await other.fleet.swarm.list()).toMatchObject({ services: [], networks: [] });
  });
});

interface Inspected {
  readonly Spec: { readonly Name: string; readonly Labels: Readonly<Record<string, string>> };
  readonly Version: { readonly Index: number };
}
