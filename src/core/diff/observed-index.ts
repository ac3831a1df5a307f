import type { Lingering } from '../plan/intake.ts';
import {
  HELPER_LABEL,
  NETWORK_LABEL,
  ROUTER_LABEL,
  RUNTIME_LABEL,
  SANDBOX_LABEL,
  WORKLOAD_LABEL,
} from '../plan/labels.ts';
import type {
  Observed,
  ObservedContainer,
  ObservedEndpoint,
  ObservedNetwork,
  ObservedNode,
  ObservedService,
  ObservedSwarm,
  Reading,
} from './observed.ts';

export interface PlacedContainer {
  readonly node: string;
  readonly container: ObservedContainer;
}

export interface PlacedEndpoint extends PlacedContainer {
  readonly endpoint: ObservedEndpoint;
}

/** One observation, arranged for the questions that the diff asks. Built once per observation. */
export class ObservedIndex {
  readonly swarm: Reading<ObservedSwarm>;
  readonly nodes: ReadonlyMap<string, Reading<ObservedNode>>;
  readonly services = new Map<string, ObservedService[]>();
  readonly networks = new Map<string, ObservedNetwork[]>();
  readonly helpers = new Map<string, ObservedContainer>();
  readonly #workloads = new Map<string, PlacedContainer[]>();
  readonly #routers = new Map<string, PlacedContainer[]>();
  readonly #endpoints = new Map<string, PlacedEndpoint[]>();
  readonly #strangers = new Map<string, PlacedEndpoint[]>();
  readonly #localNetworks = new Map<string, { node: string; network: ObservedNetwork }[]>();

  constructor(observed: Observed) {
    this.swarm = observed.swarm;
    this.nodes = observed.nodes;
    if (observed.swarm.ok) this.#addSwarm(observed.swarm.value);
    for (const [node, reading] of observed.nodes) if (reading.ok) this.#addNode(node, reading.value);
    for (const placed of [...this.#workloads.values(), ...this.#routers.values()])
      placed.sort((a, b) => b.container.created - a.container.created);
  }

  /** The task's container that a workload has now, and with it its network: the newest that runs; none while none does. */
  current(workload: string): PlacedContainer | undefined {
    return this.containers(workload).find((placed) => placed.container.running);
  }

  /** The same, if it only holds the namespaces that a router's own container is in. */
  sandbox(workload: string): PlacedContainer | undefined {
    const current = this.current(workload);
    return current?.container.labels[RUNTIME_LABEL] === 'sandbox' ? current : undefined;
  }

  /** A router's own containers, in whichever sandbox, newest first. */
  routers(workload: string): readonly PlacedContainer[] {
    return this.#routers.get(workload) ?? [];
  }

  /** The running container in which a workload's own programs are: the router's own in its sandbox, or else the task's. */
  inside(workload: string): PlacedContainer | undefined {
    const sandbox = this.sandbox(workload);
    if (sandbox === undefined) return this.current(workload);
    return this.routers(workload).find(
      ({ node, container }) =>
        node === sandbox.node &&
        container.running &&
        container.labels[SANDBOX_LABEL] === sandbox.container.id,
    );
  }

  /** Whether a workload certainly does not run: every node was read. */
  isDown(workload: string): boolean {
    return this.inside(workload) === undefined && this.unreadable().length === 0;
  }

  /** Whether the Swarm calls a node down, whatever its engine says. */
  isLost(node: string): boolean {
    return (
      this.swarm.ok && this.swarm.value.nodes.some(({ name, state }) => name === node && state === 'down')
    );
  }

  /** All containers of a workload, newest first. */
  containers(workload: string): readonly PlacedContainer[] {
    return this.#workloads.get(workload) ?? [];
  }

  /** Every endpoint of ours on a network, helpers included. */
  endpoints(networkId: string): readonly PlacedEndpoint[] {
    return this.#endpoints.get(networkId) ?? [];
  }

  /** Every endpoint on a network of containers that are not the testbed's. */
  strangers(networkId: string): readonly PlacedEndpoint[] {
    return this.#strangers.get(networkId) ?? [];
  }

  /** Copies of a testbed network (by key) in the nodes' own lists. */
  localCopies(key: string): readonly { readonly node: string; readonly network: ObservedNetwork }[] {
    return this.#localNetworks.get(key) ?? [];
  }

  /** Nodes whose last read failed, with the error. */
  unreadable(): readonly { readonly node: string; readonly error: string }[] {
    return [...this.nodes].flatMap(([node, reading]) => (reading.ok ? [] : [{ node, error: reading.error }]));
  }

  /** All networks and workloads of the testbed that something still stands for; undefined while any part is unreadable. */
  lingering(): Lingering | undefined {
    if (!this.swarm.ok || this.unreadable().length > 0) return undefined;
    const copies = [...this.#localNetworks.values()].flat().map(({ network }) => network);
    const subnets = [...this.swarm.value.networks, ...copies].flatMap(({ subnet }) => subnet ?? []);
    const keys = [this.services, this.networks, this.#workloads, this.#routers, this.#localNetworks].flatMap(
      (map) => [...map.keys()],
    );
    return { keys: new Set(keys), subnets: new Set(subnets) };
  }

  /** Keys of all workloads that have a service or a container. */
  workloadKeys(): ReadonlySet<string> {
    return new Set([...this.services.keys(), ...this.#workloads.keys(), ...this.#routers.keys()]);
  }

  /** Keys of all networks, those included of which only a node's copy is left. */
  networkKeys(): ReadonlySet<string> {
    return new Set([...this.networks.keys(), ...this.#localNetworks.keys()]);
  }

  #addSwarm(swarm: ObservedSwarm): void {
    for (const service of swarm.services) push(this.services, service.labels[WORKLOAD_LABEL], service);
    for (const network of swarm.networks) push(this.networks, network.labels[NETWORK_LABEL], network);
  }

  #addNode(node: string, value: ObservedNode): void {
    for (const container of value.containers) {
      if (container.labels[ROUTER_LABEL] !== undefined) {
        push(this.#routers, container.labels[ROUTER_LABEL], { node, container });
      } else if (container.labels[HELPER_LABEL] === undefined) {
        push(this.#workloads, container.labels[WORKLOAD_LABEL], { node, container });
      } else {
        this.helpers.set(node, container);
      }
      for (const endpoint of container.endpoints) {
        push(this.#endpoints, endpoint.networkId, { node, container, endpoint });
      }
    }
    for (const container of value.strangers)
      for (const endpoint of container.endpoints)
        push(this.#strangers, endpoint.networkId, { node, container, endpoint });
    for (const network of value.networks) {
      push(this.#localNetworks, network.labels[NETWORK_LABEL], { node, network });
    }
  }
}

function push<T>(map: Map<string, T[]>, key: string | undefined, value: T): void {
  if (key === undefined) return;
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
