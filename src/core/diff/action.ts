import type { DesiredContainer, DesiredNetwork, DesiredWorkload } from '../plan/desired.ts';

/** A container on a node, with the names that messages need. */
export interface ContainerRef {
  readonly node: string;
  readonly containerId: string;
  /** Workload key, or `helper`. */
  readonly workload: string;
}

/** One change to Docker. Every action may be repeated, or find that it was done already. */
export type Action =
  | RouterAction
  | { readonly type: 'create-network'; readonly network: DesiredNetwork }
  | { readonly type: 'remove-network'; readonly id: string; readonly name: string }
  | { readonly type: 'create-service'; readonly workload: DesiredWorkload; readonly managementId: string }
  | {
      readonly type: 'update-service';
      readonly id: string;
      readonly version: number;
      readonly workload: DesiredWorkload;
      readonly managementId: string;
      /** Names of the owned fields that differ. */
      readonly fields: readonly string[];
    }
  | { readonly type: 'remove-service'; readonly id: string; readonly name: string }
  | { readonly type: 'ensure-helper'; readonly node: string }
  | { readonly type: 'remove-helper'; readonly node: string }
  | {
      readonly type: 'plug';
      readonly target: ContainerRef;
      readonly networkId: string;
      readonly network: string;
      /** Absent for the helper: Swarm chooses. */
      readonly address?: string;
    }
  | {
      readonly type: 'unplug';
      readonly target: ContainerRef;
      readonly networkId: string;
      readonly network: string;
    };

/** Makes a router's own container. `sandbox`: id of the task's container whose namespaces it gets. */
export interface CreateRouter {
  readonly type: 'create-router';
  readonly node: string;
  readonly sandbox: string;
  readonly container: DesiredContainer;
}

/** What is done to a router's own container, in its sandbox. */
export type RouterAction =
  | CreateRouter
  /** It stopped, and its engine does not start it again. */
  | { readonly type: 'start-router'; readonly node: string; readonly id: string; readonly name: string }
  | {
      readonly type: 'remove-router';
      readonly node: string;
      readonly id: string;
      readonly name: string;
      /** For which another one takes its place at once; none: it is not wanted any more, or its sandbox is gone. */
      readonly fields: readonly string[];
    };

/** Why a unit is not there yet although nothing can be done at the moment. */
export interface Wait {
  /** CamelCase, becomes the condition's reason. */
  readonly reason: string;
  readonly message: string;
}

/**
 * What one unit (a network, a workload, a node's helper) needs now. Sequences are independent of each other and may run side by
 * side; the actions of one sequence run in order. The next observation brings the next actions.
 */
export interface UnitDiff {
  readonly sequences: readonly (readonly Action[])[];
  readonly waits: readonly Wait[];
}

export const NOTHING: UnitDiff = { sequences: [], waits: [] };

export const waiting = (reason: string, message: string): UnitDiff => ({
  sequences: [],
  waits: [{ reason, message }],
});

/** One line for `hinge diff`, logs and events. */
export function describeAction(action: Action): string {
  switch (action.type) {
    case 'create-network':
      return `create network ${action.network.name} (${action.network.subnet})`;
    case 'remove-network':
      return `remove network ${action.name}`;
    case 'create-service':
      return `create service ${action.workload.service.name}`;
    case 'update-service':
      return `update service ${action.workload.service.name}: ${action.fields.join(', ')}`;
    case 'remove-service':
      return `remove service ${action.name}`;
    case 'create-router':
      return `start router ${action.container.name} in its sandbox on ${action.node}`;
    case 'start-router':
      return `start router ${action.name} on ${action.node} again`;
    case 'remove-router':
      return `remove router ${action.name} from ${action.node}${
        action.fields.length === 0 ? '' : `: ${action.fields.join(', ')}`
      }`;
    case 'ensure-helper':
      return `start the helper on ${action.node}`;
    case 'remove-helper':
      return `remove the helper from ${action.node}`;
    case 'plug':
      return `plug ${action.network} into ${action.target.workload} on ${action.target.node}${
        action.address === undefined ? '' : ` as ${action.address}`
      }`;
    case 'unplug':
      return `unplug ${action.network} from ${action.target.workload} on ${action.target.node}`;
  }
}
