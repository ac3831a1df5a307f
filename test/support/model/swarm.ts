import type { StoreMemory } from '../../../src/core/guard/store-identity.ts';
import type { ObservedService, ObservedSwarm, ObservedTask } from '../../../src/core/diff/observed.ts';
import { DockerError } from '../../../src/core/failure.ts';
import type { DesiredNetwork, DesiredWorkload } from '../../../src/core/plan/desired.ts';
import { overlap, parsePrefix } from '../../../src/core/plan/ipv4.ts';
import { PREFIX_LABEL, RUNTIME_LABEL } from '../../../src/core/plan/labels.ts';
import type { Swarm } from '../../../src/ports/swarm.ts';
import { observedNetwork } from './engine.ts';
import type { Tasks } from './tasks.ts';
import type { ModelService } from './things.ts';
import type { Wire } from './wire.ts';
import type { World } from './world.ts';

/** The model's Swarm as one operator sees it, see src/adapters/docker/swarm.ts. */
export class ModelSwarm implements Swarm {
  readonly #world: World;
  readonly #tasks: Tasks;
  readonly #wire: Wire;
  readonly #prefix: string;

  constructor(world: World, tasks: Tasks, wire: Wire, prefix: string) {
    this.#world = world;
    this.#tasks = tasks;
    this.#wire = wire;
    this.#prefix = prefix;
  }

  list(): Promise<ObservedSwarm> {
    return this.#wire.read('swarm', () => ({
      services: [...this.#world.services.values()]
        .map(({ observed }) => observed)
        .filter((service) => this.#isOurs(service)),
      networks: [...this.#world.networks.values()]
        .filter((network) => this.#isOurs(network))
        .map(observedNetwork),
      nodes: [...this.#world.nodes.values()].map(({ name, lost }) => ({
        id: name,
        name,
        state: lost ? 'down' : 'ready',
        availability: 'active',
        manager: true,
      })),
    }));
  }

  tasks(serviceName: string): Promise<readonly ObservedTask[]> {
    return this.#wire.read('swarm', () => {
      const service = this.#named(serviceName);
      if (service === undefined) return [];
      const { current } = service;
      const state = current === undefined ? 'pending' : 'running';
      const message = current === undefined ? 'no suitable node' : '';
      return [{ id: 'task', node: current?.node, state, desiredState: 'running', message }];
    });
  }

  createNetwork(network: DesiredNetwork): Promise<string> {
    const { name, labels, subnet } = network;
    return this.#wire.change('swarm', `create network ${name} (${subnet})`, () => {
      const others = [...this.#world.networks.values()];
      const same = others.find((other) => other.name === name);
      if (same !== undefined) {
        if (this.#isOurs(same)) return same.id;
        throw new DockerError('conflict', `network ${name} is somebody else's`);
      }
      const other = others.find((one) => overlap(parsePrefix(one.subnet), parsePrefix(subnet)));
      if (other !== undefined) throw new DockerError('conflict', `network ${other.name} has ${other.subnet}`);
      const id = this.#world.id('network');
      this.#world.networks.set(id, { id, name, labels, subnet });
      this.#world.hintSwarm();
      return id;
    });
  }

  /** What Swarm itself attached, to tasks and to helpers, keeps a network; what is plugged into a running task does not. */
  removeNetwork(id: string): Promise<void> {
    const name = this.#world.networks.get(id)?.name ?? id;
    return this.#wire.change('swarm', `remove network ${name}`, () => {
      const user = [...this.#world.services.values()].find(({ observed }) =>
        observed.spec.networks.includes(id),
      );
      if (user !== undefined)
        throw new DockerError('conflict', `it is in use by service ${user.observed.name}`);
      if (this.#world.endpoints(id).some(({ managed }) => managed))
        throw new DockerError('conflict', 'it is in use by a task');
      if (this.#world.networks.delete(id)) this.#world.hintSwarm();
    });
  }

  createService(workload: DesiredWorkload, managementNetworkId: string): Promise<string> {
    const { name, labels } = workload.service;
    return this.#wire.change('swarm', `create service ${name}`, () => {
      const same = this.#named(name);
      if (same !== undefined) {
        if (this.#isOurs(same.observed)) return same.id;
        throw new DockerError('conflict', `service ${name} is somebody else's`);
      }
      if (!this.#world.networks.has(managementNetworkId))
        throw new DockerError('rejected', `network ${managementNetworkId} not found`);
      const id = this.#world.id('service');
      const version = this.#world.number();
      const spec = ownedSpec(workload, managementNetworkId);
      const service: ModelService = {
        id,
        observed: { id, name, version, labels, spec, updating: false },
        current: undefined,
        begun: 0,
      };
      this.#world.services.set(id, service);
      this.#tasks.begin(service);
      this.#world.hintSwarm();
      return id;
    });
  }

  updateService(
    id: string,
    version: number,
    workload: DesiredWorkload,
    managementNetworkId: string,
  ): Promise<void> {
    return this.#wire.change('swarm', `update service ${workload.service.name}`, () => {
      const service = this.#world.services.get(id);
      if (service === undefined) throw new DockerError('not-found', `service ${id} not found`);
      const { observed } = service;
      if (observed.version !== version)
        throw new DockerError('out-of-sequence', `it is at version ${String(observed.version)}`);
      const { labels } = workload.service;
      this.#tasks.change(service, {
        labels: { ...withoutRuntime(observed.labels), ...labels },
        spec: {
          ...ownedSpec(workload, managementNetworkId),
          containerLabels: { ...withoutRuntime(observed.spec.containerLabels), ...labels },
        },
      });
    });
  }

  removeService(id: string): Promise<void> {
    const name = this.#world.services.get(id)?.observed.name ?? id;
    return this.#wire.change('swarm', `remove service ${name}`, () => {
      const service = this.#world.services.get(id);
      if (service !== undefined) this.#tasks.remove(service);
    });
  }

  recallStore(): Promise<StoreMemory | undefined> {
    return this.#wire.read('swarm', () => this.#world.memory);
  }

  rememberStore(memory: StoreMemory): Promise<void> {
    return this.#wire.change('swarm', `remember revision ${String(memory.revision)}`, () => {
      this.#world.memory = memory;
    });
  }

  forgetStore(): Promise<void> {
    return this.#wire.change('swarm', 'forget the store', () => {
      this.#world.memory = undefined;
    });
  }

  #named(name: string): ModelService | undefined {
    return [...this.#world.services.values()].find(({ observed }) => observed.name === name);
  }

  #isOurs({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
    return labels[PREFIX_LABEL] === this.#prefix;
  }
}

/** Others' labels stay, and of hinge's own this one goes, see src/adapters/docker/service-spec.ts. */
const withoutRuntime = ({ [RUNTIME_LABEL]: _, ...labels }: ModelService['observed']['labels']) => labels;

function ownedSpec({ service }: DesiredWorkload, managementId: string): ObservedService['spec'] {
  const { name: _, labels, ...fields } = service;
  return { ...fields, replicas: 1, networks: [managementId], containerLabels: labels };
}
