import type { RegistryCredentials } from '../../api/registry-secret.ts';
import type { StoreMemory } from '../../core/guard/store-identity.ts';
import type { ObservedSwarm, ObservedSwarmNode, ObservedTask } from '../../core/diff/observed.ts';
import type { DesiredNetwork, DesiredWorkload } from '../../core/plan/desired.ts';
import { PREFIX_LABEL } from '../../core/plan/labels.ts';
import type { Swarm } from '../../ports/swarm.ts';
import { authOf, withBody } from './docker-api.ts';
import type { Engine } from './engine.ts';
import { failed, isFailure } from './failure.ts';
import type { Managers } from './managers.ts';
import { networkSpec } from './network-spec.ts';
import { observeFacts, observeNetwork, observeService } from './observe.ts';
import {
  anyReply,
  createdReply,
  type NetworkReply,
  networksReply,
  swarmNodesReply,
  type TaskReply,
  tasksReply,
} from './replies.ts';
import {
  newServiceSpec,
  overlaySpec,
  type ServiceReply,
  serviceReply,
  servicesReply,
} from './service-spec.ts';

import { StoreMemoryConfig } from './store-memory.ts';
import { TakenSubnets } from './taken-subnets.ts';

type Filters = Readonly<Record<string, string[]>>;

/** The Swarm through whichever manager answers. An action may run twice (see Managers), and each is written for that. */
export class DockerSwarm implements Swarm {
  readonly #managers: Managers;
  readonly #ours: string;
  readonly #taken = new TakenSubnets();
  readonly #memory: StoreMemoryConfig;
  /** Names by node id, for tasks. */
  readonly #nodeNames = new Map<string, string>();

  /** @param prefix the testbed's prefix in etcd: by it this testbed's things are told from another's on the same Swarm. */
  constructor(managers: Managers, prefix: string) {
    this.#managers = managers;
    this.#ours = `${PREFIX_LABEL}=${prefix}`;
    this.#memory = new StoreMemoryConfig(managers, prefix);
  }

  async list(): Promise<ObservedSwarm> {
    return this.#managers.use(async (engine) => {
      const [services, networks, nodes] = await Promise.all([
        listServices(engine, { label: [this.#ours] }),
        listNetworks(engine, { label: [this.#ours] }),
        this.#nodes(engine),
      ]);
      if (networks.length === 0 && services.length > 0) await assertListsNetworks(engine);
      return { services: services.map(observeService), networks: networks.map(observeNetwork), nodes };
    });
  }

  async tasks(serviceName: string): Promise<readonly ObservedTask[]> {
    return this.#managers.use(async (engine) => {
      const tasks = await listTasks(engine, serviceName);
      if (tasks.some(({ NodeID }) => NodeID !== undefined && !this.#nodeNames.has(NodeID)))
        await this.#nodes(engine);
      return tasks
        .toSorted((a, b) => Date.parse(b.CreatedAt) - Date.parse(a.CreatedAt))
        .map((task) => ({
          id: task.ID,
          node: this.#nodeNames.get(task.NodeID ?? ''),
          state: task.Status.State,
          desiredState: task.DesiredState,
          message: task.Status.Err ?? task.Status.Message ?? '',
        }));
    });
  }

  async createNetwork(network: DesiredNetwork): Promise<string> {
    const { name } = network;
    const doing = `creating network ${name} (${network.subnet})`;
    return this.#managers.use(async (engine) => {
      const other = await this.#taken.inTheWayOf(network, async () =>
        (await listNetworks(engine, {})).map(observeNetwork),
      );
      if (other !== undefined) {
        const words = `network ${other.name} has ${other.subnet ?? ''}: remove that one, or choose another subnet`;
        throw failed('conflict', engine.attempt(doing), words);
      }
      try {
        const created = await engine.change({
          name: 'network.create',
          doing,
          reply: createdReply,
          send: (docker, abortSignal) =>
            docker.createNetwork(withBody(networkSpec(network), { abortSignal })),
        });
        return created.id;
      } catch (error) {
        if (!mayBeThere(error)) throw error;
        const there = await listNetworks(engine, { name: [name], label: [this.#ours] });
        const same = there.find((other) => other.Name === name);
        if (same === undefined) throw error;
        return same.Id;
      }
    });
  }

  async removeNetwork(id: string): Promise<void> {
    await this.#managers.use(async (engine) => {
      try {
        await engine.change({
          name: 'network.remove',
          doing: `removing network ${id}`,
          reply: anyReply,
          send: (docker, abortSignal) => docker.getNetwork(id).remove({ abortSignal }),
        });
      } catch (error) {
        // Gone from the Swarm, but with a copy left at this manager: the engine finds the copy, and then has no network to remove.
        const gone =
          isFailure(error, 'not-found') ||
          (isFailure(error, 'rejected') && (await listNetworks(engine, { id: [id] })).length === 0);
        if (!gone) throw error;
        // A manager without a leader says the same of every network of the Swarm.
        await assertListsNetworks(engine);
      }
    });
  }

  async createService(
    workload: DesiredWorkload,
    managementNetworkId: string,
    credentials?: RegistryCredentials,
  ): Promise<string> {
    const { name } = workload.service;
    const spec = newServiceSpec(workload, managementNetworkId);
    return this.#managers.use(async (engine) => {
      try {
        const created = await engine.change({
          name: 'service.create',
          doing: `creating service ${name}`,
          reply: createdReply,
          send: (docker, abortSignal) =>
            docker.createService(credentials && authOf(credentials), withBody(spec, { abortSignal })),
        });
        return created.id;
      } catch (error) {
        if (!mayBeThere(error)) throw error;
        const there = await listServices(engine, { name: [name], label: [this.#ours] });
        const same = there.find((other) => other.Spec.Name === name);
        if (same === undefined) throw error;
        return same.ID;
      }
    });
  }

  async updateService(
    id: string,
    version: number,
    workload: DesiredWorkload,
    managementNetworkId: string,
    credentials?: RegistryCredentials,
  ): Promise<void> {
    const doing = `updating service ${workload.service.name}`;
    await this.#managers.use(async (engine) => {
      const current = await engine.call({
        name: 'service.inspect',
        doing,
        reply: serviceReply,
        send: (docker, abortSignal) => docker.getService(id).inspect({ abortSignal }),
      });
      // What is kept must be of the version that the plan was made for, not merely what the engine would take.
      if (current.Version.Index !== version) {
        const words = `it is at version ${current.Version.Index}, no longer at ${version}`;
        throw failed('out-of-sequence', engine.attempt(doing), words);
      }
      const spec = overlaySpec(current.Spec, workload, managementNetworkId);
      await engine.change({
        name: 'service.update',
        doing,
        reply: anyReply,
        send: (docker, abortSignal) =>
          docker
            .getService(id)
            .update(credentials && authOf(credentials), withBody(spec, { version, abortSignal })),
      });
    });
  }

  async removeService(id: string): Promise<void> {
    await this.#managers.use(async (engine) => {
      try {
        await engine.change({
          name: 'service.remove',
          doing: `removing service ${id}`,
          reply: anyReply,
          send: (docker, abortSignal) => docker.getService(id).remove({ abortSignal }),
        });
      } catch (error) {
        if (!isFailure(error, 'not-found')) throw error;
      }
    });
  }

  async recallStore(): Promise<StoreMemory | undefined> {
    return this.#memory.read();
  }

  async rememberStore(memory: StoreMemory): Promise<void> {
    await this.#memory.write(memory);
  }

  async forgetStore(): Promise<void> {
    await this.#memory.remove();
  }

  async #nodes(engine: Engine): Promise<readonly ObservedSwarmNode[]> {
    const nodes = await engine.callNow({
      name: 'node.list',
      doing: 'listing the nodes of the Swarm',
      reply: swarmNodesReply,
      send: (docker, abortSignal) => docker.listNodes({ abortSignal }),
    });
    return nodes.map((node) => {
      // A node that has never reported has no name yet.
      const name = node.Description.Hostname ?? node.ID;
      this.#nodeNames.set(node.ID, name);
      return {
        id: node.ID,
        name,
        state: node.Status.State,
        availability: node.Spec.Availability,
        manager: node.ManagerStatus !== undefined,
        facts: observeFacts(node),
      };
    });
  }
}

/** A name that is taken gives 409, or 500 when it was taken at the same moment. Looking says which it is. */
const mayBeThere = (error: unknown): boolean => isFailure(error, 'conflict') || isFailure(error, 'rejected');

const listServices = (engine: Engine, filters: Filters): Promise<readonly ServiceReply[]> =>
  engine.callNow({
    name: 'service.list',
    doing: 'listing services',
    reply: servicesReply,
    send: (docker, abortSignal) => docker.listServices({ filters, abortSignal }),
  });

/** The Swarm's networks. A manager's own leftovers of networks that the Swarm no longer has are none. */
async function listNetworks(engine: Engine, filters: Filters): Promise<readonly NetworkReply[]> {
  const networks = await engine.callNow({
    name: 'network.list',
    doing: 'listing networks',
    reply: networksReply,
    send: (docker, abortSignal) => docker.listNetworks({ filters, abortSignal }),
  });
  return networks.filter(({ Containers }) => Containers === null || Containers === undefined);
}

/**
 * A manager that cannot reach the Raft leader answers for services with an error, but for networks with its own ones, as if there
 * were no others, and finds none by its id. So before that is believed, it must list some network of the Swarm, such as Docker's
 * own "ingress".
 */
async function assertListsNetworks(engine: Engine): Promise<void> {
  if ((await listNetworks(engine, {})).length > 0) return;
  throw failed(
    'unreachable',
    engine.attempt('listing networks'),
    'it lists none of the Swarm, not even those that must be there',
  );
}

const listTasks = (engine: Engine, service: string): Promise<readonly TaskReply[]> =>
  engine.callNow({
    name: 'task.list',
    doing: `listing the tasks of service ${service}`,
    reply: tasksReply,
    send: (docker, abortSignal) => docker.listTasks({ filters: { service: [service] }, abortSignal }),
  });
