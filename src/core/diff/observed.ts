/**
 * What is there, as read from Docker. Only fields that hinge decides on, under hinge's names.
 */

/** The result of a read. An error is never "absent": who needs the value waits, and says why. */
export type Reading<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export interface ObservedService {
  readonly id: string;
  readonly name: string;
  /** Swarm's version index, needed for updates. */
  readonly version: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Swarm is at work on an update of it: its container may be on its way out. */
  readonly updating: boolean;
  /** Fields that hinge owns, in the same form as the plan's; see conforms.ts. */
  readonly spec: ObservedServiceSpec;
}

export interface ObservedServiceSpec {
  readonly image: string;
  readonly hostname: string;
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly capabilities: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly constraints: readonly string[];
  readonly nanoCpus: number;
  readonly memoryBytes: number;
  readonly replicas: number;
  readonly networks: readonly string[];
  readonly containerLabels: Readonly<Record<string, string>>;
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnet: string | undefined;
}

export interface ObservedSwarmNode {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly availability: string;
  readonly manager: boolean;
  /** What placement constraints ask for, by their key, such as `node.labels.site`; a label that is not here the node has not. */
  readonly facts?: Readonly<Record<string, string>>;
}

export interface ObservedSwarm {
  readonly services: readonly ObservedService[];
  readonly networks: readonly ObservedNetwork[];
  readonly nodes: readonly ObservedSwarmNode[];
}

export interface ObservedTask {
  readonly id: string;
  readonly node: string | undefined;
  readonly state: string;
  readonly desiredState: string;
  readonly message: string;
}

export interface ObservedEndpoint {
  readonly networkId: string;
  readonly networkName: string;
  /** Empty when the endpoint has no address. */
  readonly address: string;
  readonly mac: string;
  readonly endpointId: string;
}

export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  /** None while the container does not run. */
  readonly endpoints: readonly ObservedEndpoint[];
}

export interface ObservedNode {
  readonly containers: readonly ObservedContainer[];
  /** Containers that run, are none of the testbed's, and have addresses on its networks. */
  readonly strangers: readonly ObservedContainer[];
  /** Names of all containers that are none of the testbed's. */
  readonly otherNames: readonly string[];
  /** Testbed networks that this engine lists. A manager also lists those it does not have locally. */
  readonly networks: readonly ObservedNetwork[];
}

export interface Observed {
  readonly swarm: Reading<ObservedSwarm>;
  /** By node name; one entry per configured endpoint. */
  readonly nodes: ReadonlyMap<string, Reading<ObservedNode>>;
}
