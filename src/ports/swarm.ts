import type { DesiredNetwork, DesiredWorkload } from '../core/plan/desired.ts';
import type { ObservedSwarm, ObservedTask } from '../core/diff/observed.ts';

export type DockerFailure =
  'unreachable' | 'timeout' | 'not-found' | 'conflict' | 'out-of-sequence' | 'rejected';

/** A Docker call failed; `kind` says its fate. `not-found` is the engine's own 404, never a guess. */
export class DockerError extends Error {
  readonly kind: DockerFailure;
  constructor(kind: DockerFailure, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DockerError';
    this.kind = kind;
  }
}

/** The Swarm as a whole, through any manager that answers. */
export interface Swarm {
  /** Services and networks that carry this testbed's label, and all nodes. */
  list(): Promise<ObservedSwarm>;
  /** Tasks of one service, newest first: only to say why a workload does not run. */
  tasks(serviceName: string): Promise<readonly ObservedTask[]>;
  /** @returns the network's id; also when one with this name is there already. */
  createNetwork(network: DesiredNetwork): Promise<string>;
  removeNetwork(id: string): Promise<void>;
  createService(workload: DesiredWorkload, managementNetworkId: string): Promise<string>;
  /** Changes the fields that hinge owns, keeps all others. `version` as observed. */
  updateService(
    id: string,
    version: number,
    workload: DesiredWorkload,
    managementNetworkId: string,
  ): Promise<void>;
  removeService(id: string): Promise<void>;
}
