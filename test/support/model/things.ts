import type { ObservedService } from '../../../src/core/diff/observed.ts';

/** What the model of Swarm consists of. */

export interface ModelNetwork {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** CIDR. */
  readonly subnet: string;
}

/** One attachment of a container. */
export interface ModelEndpoint {
  readonly network: ModelNetwork;
  readonly address: string;
  /**
   * Made by Swarm (for a task's own network, or a container that is no task), which is what keeps the network on the node. What is plugged
   * into a running task is known to its engine only.
   */
  readonly managed: boolean;
  readonly number: number;
}

export interface ModelContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Of a task: its service's id. */
  readonly service: string | undefined;
  running: boolean;
  /** By network id. */
  readonly endpoints: Map<string, ModelEndpoint>;
}

export interface ModelNode {
  readonly name: string;
  readonly containers: Map<string, ModelContainer>;
  /** Overlays that the engine has itself, by id. */
  readonly copies: Map<string, ModelNetwork>;
  /** Swarm has lost it: its tasks are begun elsewhere, while its containers go on. */
  lost: boolean;
}

export interface ModelService {
  readonly id: string;
  observed: ObservedService;
  /** The container of the task that is wanted; undefined while none is there. */
  current: { readonly node: string; readonly container: string } | undefined;
  /** Counts tasks that were begun: one that was overtaken by a later one comes to nothing. */
  begun: number;
}
