import type { DesiredNetwork, DesiredWorkload } from '../plan/desired.ts';

/** A container on a node, with the names that messages need. */
export interface ContainerRef {
  readonly node: string;
  readonly containerId: string;
  /** Workload key, or `helper`. */
  readonly workload: string;
}

/** One change to Docker. Every action may be repeated, or find that it was done already. */
export type Action =
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
