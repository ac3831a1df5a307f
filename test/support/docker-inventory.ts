import type { ContainerInfo } from 'dockerode';
import type { Lab } from '../../deploy/lab/lab.ts';
import type { LabNode } from '../../deploy/lab/node.ts';
import { within } from '../../deploy/lab/wait.ts';
import {
  HELPER_LABEL,
  NETWORK_LABEL,
  PREFIX_LABEL,
  ROUTER_LABEL,
  RUNTIME_LABEL,
  WORKLOAD_LABEL,
} from '../../src/core/plan/labels.ts';

export interface FoundService {
  readonly id: string;
  readonly name: string;
  readonly workload: string;
}

export interface FoundNetwork {
  /** Which engine lists it. A manager lists all of the Swarm's. */
  readonly node: string;
  readonly id: string;
  readonly name: string;
  readonly key: string;
}

export interface FoundEndpoint {
  readonly network: string;
  readonly address: string;
}

export interface FoundContainer {
  readonly node: string;
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Key of its workload; of a router in a sandbox this is its own container, and the task's is `sandbox/NAME`; undefined for a helper. */
  readonly workload: string | undefined;
  readonly endpoints: readonly FoundEndpoint[];
}

/** Everything in Docker that carries a testbed's label, as the engines themselves tell. */
export interface Inventory {
  readonly services: readonly FoundService[];
  readonly networks: readonly FoundNetwork[];
  readonly containers: readonly FoundContainer[];
}

const CALL_MS = 15_000;

const call = <T>(node: LabNode, what: string, reply: Promise<T>): Promise<T> =>
  within(CALL_MS, `${node.name}: ${what}`, reply);

const ofTestbed = (prefix: string): { label: string[] } => ({ label: [`${PREFIX_LABEL}=${prefix}`] });

/** A testbed's containers on every node, as each engine tells by itself: it needs no Swarm for that. */
export async function containersOn(lab: Lab, prefix: string): Promise<readonly FoundContainer[]> {
  const filters = ofTestbed(prefix);
  const nodes = await Promise.all(
    lab.nodes.map(async (node) => {
      const found = await call(node, 'containers', node.docker.listContainers({ all: true, filters }));
      return found.map((container) => foundContainer(node.name, container));
    }),
  );
  return nodes.flat();
}

export async function inventory(lab: Lab, prefix: string): Promise<Inventory> {
  const filters = ofTestbed(prefix);
  const manager = lab.node('node1');
  const [services, containers, networks] = await Promise.all([
    call(manager, 'services', manager.docker.listServices({ filters })),
    containersOn(lab, prefix),
    Promise.all(
      lab.nodes.map(async (node) => {
        const found = await call(node, 'networks', node.docker.listNetworks({ filters }));
        return found.map(({ Id, Name, Labels }) => ({
          node: node.name,
          id: Id,
          name: Name,
          key: Labels?.[NETWORK_LABEL] ?? '',
        }));
      }),
    ),
  ]);
  return {
    services: services.map(({ ID, Spec }) => ({
      id: ID,
      name: Spec?.Name ?? '',
      workload: Spec?.Labels?.[WORKLOAD_LABEL] ?? '',
    })),
    networks: networks.flat(),
    containers,
  };
}

function foundContainer(node: string, container: ContainerInfo): FoundContainer {
  const { Id: id, Names, State, Created: created, Labels, NetworkSettings } = container;
  return {
    node,
    id,
    name: (Names[0] ?? '').slice(1),
    running: State === 'running',
    created,
    workload: workloadOf(Labels),
    endpoints: Object.entries(NetworkSettings.Networks).map(([network, { IPAddress }]) => ({
      network,
      address: IPAddress,
    })),
  };
}

function workloadOf(labels: Readonly<Partial<Record<string, string>>>): string | undefined {
  if (HELPER_LABEL in labels) return undefined;
  const key = labels[ROUTER_LABEL] ?? labels[WORKLOAD_LABEL];
  return labels[RUNTIME_LABEL] === 'sandbox' ? key?.replace('router/', 'sandbox/') : key;
}

/** What the Swarm keeps of the testbed's store. */
async function configs(lab: Lab, prefix: string): Promise<readonly { id: string; name: string }[]> {
  const filters = ofTestbed(prefix);
  const found = await within(CALL_MS, 'configs', lab.node('node1').docker.listConfigs({ filters }));
  return found.map(({ ID, Spec }) => ({ id: ID, name: Spec?.Name ?? '' }));
}

/** What is left of a testbed, one line each; endpoints are those of containers that are not the testbed's own. */
export async function leftovers(lab: Lab, prefix: string): Promise<readonly string[]> {
  const { services, networks, containers } = await inventory(lab, prefix);
  return [
    ...(await configs(lab, prefix)).map(({ name }) => `config ${name}`),
    ...services.map(({ name }) => `service ${name}`),
    ...containers.map(
      ({ node, name, running }) => `container ${name} on ${node}, ${running ? 'up' : 'ended'}`,
    ),
    ...networks.map(({ node, name }) => `network ${name} on ${node}`),
  ].sort();
}

/** What is there more than once, or should be there once and is not; one line each. */
export function repeated({ services, networks, containers }: Inventory): readonly string[] {
  const swarmWide = networks.filter(({ node }) => node === 'node1');
  const addresses = containers.flatMap(({ name, endpoints }) =>
    endpoints.filter(({ address }) => address !== '').map(({ address }) => ({ address, name })),
  );
  const ids = new Map(networks.map(({ id, key }) => [id, key]));
  return [
    ...twice(services, ({ workload }) => `service of ${workload}`),
    ...twice(swarmWide, ({ key }) => `network of ${key}`),
    ...twice([...ids.values()], (key) => `network id of ${key}`),
    ...twice(containers, ({ workload, node }) =>
      workload === undefined ? `helper on ${node}` : `container of ${workload}`,
    ),
    ...twice(addresses, ({ address }) => `address ${address}`),
    ...containers
      .filter(({ running }) => !running)
      .map(({ name, node }) => `ended container ${name} on ${node}`),
  ];
}

function twice<T>(items: readonly T[], name: (item: T) => string): string[] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(name(item), (counts.get(name(item)) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([text, count]) => `${String(count)} × ${text}`);
}

/** Removes whatever carries the label, so that a suite that failed does not spoil the next one. */
export async function removeByForce(lab: Lab, prefix: string): Promise<void> {
  const manager = lab.node('node1');
  const { services } = await inventory(lab, prefix);
  await Promise.allSettled(services.map(({ id }) => manager.docker.getService(id).remove()));
  const kept = await configs(lab, prefix);
  await Promise.allSettled(kept.map(({ id }) => manager.docker.getConfig(id).remove()));
  for (let round = 0; round < 20; round += 1) {
    const { containers, networks } = await inventory(lab, prefix);
    if (containers.length === 0 && networks.length === 0) return;
    await Promise.allSettled(
      containers.map(({ node, id }) => lab.node(node).docker.getContainer(id).remove({ force: true })),
    );
    await Promise.allSettled(
      networks.map(({ node, id }) => lab.node(node).docker.getNetwork(id).remove({ force: true })),
    );
  }
}
