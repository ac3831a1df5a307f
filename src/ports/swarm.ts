import type { RegistryCredentials } from '../api/registry-secret.ts';
import type { DesiredNetwork, DesiredWorkload } from '../core/plan/desired.ts';
import type { StoreMemory } from '../core/guard/store-identity.ts';
import type { ObservedSwarm, ObservedTask } from '../core/diff/observed.ts';

/** The Swarm as a whole, through any manager that answers. */
export interface Swarm {
  /** Services and networks that carry this testbed's label, and all nodes. */
  list(): Promise<ObservedSwarm>;
  /** Tasks of one service, newest first: only to say why a workload does not run. */
  tasks(serviceName: string): Promise<readonly ObservedTask[]>;
  /** @returns the network's id; also when one with this name is there already. */
  createNetwork(network: DesiredNetwork): Promise<string>;
  removeNetwork(id: string): Promise<void>;
  /** @param credentials for the image's registry: Swarm keeps them and hands them to the nodes that it places the workload on. */
  createService(
    workload: DesiredWorkload,
    managementNetworkId: string,
    credentials?: RegistryCredentials,
  ): Promise<string>;
  /** Changes the fields that hinge owns, keeps all others; without `credentials` those of before, too. `version` as observed. */
  updateService(
    id: string,
    version: number,
    workload: DesiredWorkload,
    managementNetworkId: string,
    credentials?: RegistryCredentials,
  ): Promise<void>;
  removeService(id: string): Promise<void>;
  /** What the Swarm was last told of the store; undefined: nothing. */
  recallStore(): Promise<StoreMemory | undefined>;
  /** Keeps it in the Swarm, so that it outlives the store. */
  rememberStore(memory: StoreMemory): Promise<void>;
  forgetStore(): Promise<void>;
}
