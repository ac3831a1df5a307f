import type { ObservedService, ObservedServiceSpec } from '../../../src/core/diff/observed.ts';
import type { ModelContainer, ModelNode, ModelService } from './things.ts';
import type { World } from './world.ts';

/** In milliseconds, about as on a quiet machine. */
export interface Pace {
  /** From the wish for a task until its container runs. */
  readonly startMs: number;
  /** Until a container that is told to stop has done so. */
  readonly stopMs: number;
  /** Before a task that failed is begun again. */
  readonly restartMs: number;
  /** Until a node that does not answer counts as lost, and the other way round. */
  readonly noticeMs: number;
}

/** Dead containers that Swarm keeps of each service. */
const KEPT = 4;

/** Fields whose change leaves the running task alone. */
const HARMLESS: ReadonlySet<keyof ObservedServiceSpec> = new Set(['replicas']);

/** Swarm's part that keeps one task for every service: begins, replaces, moves and ends them. */
export class Tasks {
  readonly #world: World;
  readonly #pace: Pace;
  #turn = 0;

  constructor(world: World, pace: Pace) {
    this.#world = world;
    this.#pace = pace;
  }

  /** A service was made, or its task is gone. */
  begin(service: ModelService, afterMs = this.#pace.startMs): void {
    service.begun += 1;
    const mine = service.begun;
    this.#world.later(afterMs, () => {
      if (service.begun === mine && this.#isWanted(service)) this.#start(service);
    });
  }

  /** Somebody gives a service other labels or another spec. */
  change(service: ModelService, to: Partial<ObservedService>): void {
    const before = service.observed.spec;
    service.observed = { ...service.observed, ...to, version: this.#world.number() };
    this.#updated(service, before);
    this.#world.hintSwarm();
  }

  /** Somebody removes a service: its containers follow. */
  remove(service: ModelService): void {
    this.#world.services.delete(service.id);
    this.#removed(service);
    this.#world.hintSwarm();
  }

  #updated(service: ModelService, before: ObservedServiceSpec): void {
    const { spec } = service.observed;
    const fields = (Object.keys(spec) as (keyof ObservedServiceSpec)[]).filter(
      (field) => !HARMLESS.has(field) && JSON.stringify(spec[field]) !== JSON.stringify(before[field]),
    );
    if (spec.replicas === 0) {
      service.begun += 1;
      this.#end(service, { remove: true });
    } else if (before.replicas === 0 || service.current === undefined) {
      this.begin(service);
    } else if (fields.length > 0) {
      const stays =
        fields.every((field) => field === 'constraints') && this.#fits(service.current.node, spec);
      if (!stays) this.#replace(service);
    }
  }

  #removed(service: ModelService): void {
    service.begun += 1;
    this.#end(service, { remove: true });
    for (const node of this.#world.nodes.values()) {
      for (const container of this.#of(service, node))
        if (!container.running) this.#world.removeContainer(node, container);
    }
  }

  /** A container has ended by itself, or was ended by somebody else than Swarm. */
  died(container: ModelContainer): void {
    const service = this.#world.services.get(container.service ?? '');
    if (service?.current?.container !== container.id) return;
    service.current = undefined;
    this.begin(service, this.#pace.restartMs + this.#pace.startMs);
  }

  /** Swarm hears of a node no more: the tasks there are begun elsewhere, and the containers do not know. */
  lost(node: ModelNode): void {
    this.#world.later(this.#pace.noticeMs, () => {
      if (!node.lost) return;
      for (const service of this.#world.services.values()) {
        if (service.current?.node !== node.name) continue;
        service.current = undefined;
        this.begin(service);
      }
    });
  }

  /** The node is heard of again: its tasks that run elsewhere by now are ended there. */
  found(node: ModelNode): void {
    this.#world.later(this.#pace.noticeMs, () => {
      if (node.lost) return;
      for (const container of [...node.containers.values()]) {
        if (container.service === undefined) continue;
        const service = this.#world.services.get(container.service);
        if (service === undefined) this.#world.removeContainer(node, container);
        else if (service.current?.container !== container.id) this.#world.stop(node, container);
      }
      for (const service of this.#world.services.values())
        if (service.current === undefined && this.#isWanted(service)) this.begin(service);
    });
  }

  #isWanted(service: ModelService): boolean {
    return this.#world.services.get(service.id) === service && service.observed.spec.replicas > 0;
  }

  #fits(node: string, { constraints }: ObservedServiceSpec): boolean {
    return constraints.every((constraint) => {
      const [, wanted] = /^node\.hostname==(.+)$/.exec(constraint) ?? [];
      return wanted === node;
    });
  }

  /** On the next node in turn that fits; without one, when a node comes back or the service changes. */
  #start(service: ModelService): void {
    const { spec, name } = service.observed;
    if (service.current !== undefined) return;
    const fitting = [...this.#world.nodes.values()].filter(
      (node) => !node.lost && this.#fits(node.name, spec),
    );
    const node = fitting[this.#turn % Math.max(fitting.length, 1)];
    if (node === undefined) return;
    this.#turn += 1;
    const container = this.#world.addContainer(node, {
      name: `${name}.1.${String(this.#turn)}`,
      image: spec.image,
      labels: spec.containerLabels,
      service: service.id,
    });
    for (const id of spec.networks) {
      const network = this.#world.networks.get(id);
      if (network !== undefined)
        this.#world.attach(node, container, network, { managed: true, address: undefined });
    }
    service.current = { node: node.name, container: container.id };
    this.#forgetOld(service, node);
  }

  /** The old task goes first. */
  #replace(service: ModelService): void {
    this.#end(service, { remove: false });
    this.begin(service, this.#pace.stopMs + this.#pace.startMs);
  }

  #end(service: ModelService, { remove }: { readonly remove: boolean }): void {
    for (const node of this.#world.nodes.values()) {
      for (const container of this.#of(service, node)) {
        if (!container.running) continue;
        this.#world.later(this.#pace.stopMs, () => {
          if (node.lost) return; // seen to when it is found
          if (remove) this.#world.removeContainer(node, container);
          else this.#world.stop(node, container);
        });
      }
    }
    service.current = undefined;
  }

  #of(service: ModelService, node: ModelNode): readonly ModelContainer[] {
    return [...node.containers.values()].filter((container) => container.service === service.id);
  }

  #forgetOld(service: ModelService, node: ModelNode): void {
    const dead = this.#of(service, node).filter(({ running }) => !running);
    for (const container of dead.slice(0, Math.max(0, dead.length - KEPT)))
      this.#world.removeContainer(node, container);
  }
}
