import type {
  ObservedContainer,
  ObservedEndpoint,
  ObservedNetwork,
  ObservedNode,
  ObservedService,
  ObservedSwarmNode,
} from '../../src/core/diff/observed.ts';
import { ObservedIndex } from '../../src/core/diff/observed-index.ts';
import type { DesiredEndpoint, DesiredNetwork } from '../../src/core/plan/desired.ts';
import { HELPER_LABEL, NETWORK_LABEL, WORKLOAD_LABEL } from '../../src/core/plan/labels.ts';

/** Builders for what Docker would say; only what a test is about has to be given. */

export const network = (key: string, name = `${key}-1`): ObservedNetwork => ({
  id: `id-of-${name}`,
  name,
  labels: { [NETWORK_LABEL]: key },
  subnet: '10.1.0.0/24',
});

export const endpoint = (on: ObservedNetwork, address: string): ObservedEndpoint => ({
  networkId: on.id,
  networkName: on.name,
  address,
  mac: '02:42:0a:01:00:02',
  endpointId: `${on.id}-${address}`,
});

export const container = (
  workload: string,
  endpoints: readonly ObservedEndpoint[] = [],
  more: Partial<ObservedContainer> = {},
): ObservedContainer => ({
  id: `id-of-${workload}`,
  name: workload.replaceAll('/', '-'),
  running: true,
  created: 1,
  labels: { [WORKLOAD_LABEL]: workload },
  image: 'hinge/router-frr:1',
  endpoints,
  ...more,
});

export const helper = (node: string, endpoints: readonly ObservedEndpoint[] = []): ObservedContainer => ({
  ...container(`helper-${node}`, endpoints),
  labels: { [HELPER_LABEL]: node },
});

export interface Scene {
  readonly services?: readonly ObservedService[];
  readonly networks?: readonly ObservedNetwork[];
  /** By node; a string is the error that reading it gave. */
  readonly nodes?: Readonly<Record<string, readonly ObservedContainer[] | string>>;
  /** By node: containers that are not the testbed's. */
  readonly strangers?: Readonly<Record<string, readonly ObservedContainer[]>>;
  /** Networks that the nodes list; default: all. */
  readonly local?: readonly ObservedNetwork[];
  /** Nodes that the Swarm calls down. */
  readonly lost?: readonly string[];
  /** Why the Swarm could not be read. */
  readonly swarmError?: string;
  /** Names of containers that are none of the testbed's, by node. */
  readonly otherNames?: Readonly<Partial<Record<string, readonly string[]>>>;
}

const lostNode = (name: string): ObservedSwarmNode => ({
  id: name,
  name,
  state: 'down',
  availability: 'active',
  manager: false,
});

export function scene({
  services = [],
  networks = [],
  nodes = {},
  strangers = {},
  otherNames = {},
  local = networks,
  lost = [],
  swarmError,
}: Scene): ObservedIndex {
  return new ObservedIndex({
    swarm:
      swarmError === undefined
        ? { ok: true, value: { services, networks, nodes: lost.map(lostNode) } }
        : { ok: false, error: swarmError },
    nodes: new Map(
      Object.entries(nodes).map(([name, containers]) => [
        name,
        typeof containers === 'string'
          ? ({ ok: false, error: containers } as const)
          : ({
              ok: true,
              value: {
                containers,
                strangers: strangers[name] ?? [],
                otherNames: otherNames[name] ?? [],
                networks: local,
              } satisfies ObservedNode,
            } as const),
      ]),
    ),
  });
}

export const desiredNetwork = (
  key: string,
  endpoints: readonly DesiredEndpoint[] = [],
  name = `${key}-1`,
): DesiredNetwork => ({
  key,
  name,
  purpose: 'link',
  subnet: '10.1.0.0/24',
  ipRange: '10.1.0.128/25',
  gateway: '10.1.0.254',
  labels: { [NETWORK_LABEL]: key },
  endpoints,
});
