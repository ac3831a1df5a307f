import type { Readable } from 'node:stream';
import type { Lab } from '../../deploy/lab/lab.ts';
import { within } from '../../deploy/lab/wait.ts';
import { HELPER_LABEL, WORKLOAD_LABEL } from '../../src/core/plan/labels.ts';
import { type EngineEvent, followEvents } from './engine-events.ts';

/** What was done last of each kind, in wall-clock milliseconds. */
export interface DockerMoments {
  readonly networksCreated: number;
  readonly servicesCreated: number;
  readonly containersRunning: number;
  readonly networksOnNodes: number;
  readonly plugged: number;
  /** How often a network was brought to a node. */
  readonly helperPlugs: number;
}

const FILTERS = {
  type: ['container', 'network', 'service'],
  event: ['create', 'start', 'connect'],
};

/** Hears what engines tell of themselves, in their own time, whoever asked them to do it: the stages of both contenders. */
export class Witness {
  #streams: readonly Readable[] = [];
  readonly #moments = new Map<keyof DockerMoments, number>();
  readonly #helpers = new Set<string>();
  readonly #workloads = new Map<string, { readonly node: string; readonly id: string }>();

  static async open(lab: Lab): Promise<Witness> {
    const witness = new Witness();
    const streams = lab.nodes.map(({ name, docker }) => {
      const listening = followEvents(docker, FILTERS, (event) => witness.#take(name, event));
      return within(10_000, `${name}: events`, listening);
    });
    witness.#streams = await Promise.all(streams);
    return witness;
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  /** The container that runs a workload, once it has started. */
  container(workload: string): { readonly node: string; readonly id: string } | undefined {
    return this.#workloads.get(workload);
  }

  moments(): DockerMoments {
    const at = (key: keyof DockerMoments): number => this.#moments.get(key) ?? Number.NaN;
    return {
      networksCreated: at('networksCreated'),
      servicesCreated: at('servicesCreated'),
      containersRunning: at('containersRunning'),
      networksOnNodes: at('networksOnNodes'),
      plugged: at('plugged'),
      helperPlugs: this.#moments.get('helperPlugs') ?? 0,
    };
  }

  #take(node: string, { Type, Action, scope, timeNano, Actor }: EngineEvent): void {
    const set = (moment: keyof DockerMoments): void => void this.#moments.set(moment, timeNano / 1e6);
    const { name = '', container = '', [WORKLOAD_LABEL]: workload } = Actor.Attributes;
    switch (`${Type} ${Action}`) {
      case 'network create':
        if (scope === 'swarm') set('networksCreated');
        return;
      case 'service create':
        set('servicesCreated');
        return;
      case 'container start':
        if (HELPER_LABEL in Actor.Attributes) this.#helpers.add(Actor.ID);
        if (workload === undefined) return;
        this.#workloads.set(workload, { node, id: Actor.ID });
        set('containersRunning');
        return;
      case 'network connect':
        if (this.#helpers.has(container)) {
          set('networksOnNodes');
          this.#moments.set('helperPlugs', (this.#moments.get('helperPlugs') ?? 0) + 1);
        } else if (!name.includes('-management-')) {
          set('plugged');
        }
        return;
      default:
    }
  }
}
