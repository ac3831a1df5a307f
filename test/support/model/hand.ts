import { PREFIX_LABEL, ROUTER_LABEL, WORKLOAD_LABEL } from '../../../src/core/plan/labels.ts';
import type { ModelContainer, ModelNode, ModelService } from './things.ts';
import type { Tasks } from './tasks.ts';
import type { World } from './world.ts';

/** Ms until an engine has started a container again that ended by itself. */
const RESTART_MS = 400;

interface Placed {
  readonly node: ModelNode;
  readonly container: ModelContainer;
}

/** What somebody else than hinge does to the model, as by the docker command. Each says whether there was anything to do it to. */
export class Hand {
  readonly #world: World;
  readonly #tasks: Tasks;
  readonly #prefix: string;

  /** @param prefix of the testbed whose things it handles. */
  constructor(world: World, tasks: Tasks, prefix: string) {
    this.#world = world;
    this.#tasks = tasks;
    this.#prefix = prefix;
  }

  /** Running containers of workloads, by the number of one: any number will do. */
  workload(number: number): Placed | undefined {
    return pick(
      this.#running((container) => WORKLOAD_LABEL in container.labels),
      number,
    );
  }

  /** Routers' own containers that run, by the number of one. */
  router(number: number): Placed | undefined {
    return pick(
      this.#running((container) => ROUTER_LABEL in container.labels),
      number,
    );
  }

  /** As a crash: Swarm begins another task, and an engine starts a router in its sandbox again. */
  kill({ node, container }: Placed): void {
    this.#world.stop(node, container);
    this.#tasks.died(container);
    if (ROUTER_LABEL in container.labels) this.#world.later(RESTART_MS, () => this.#restart(node, container));
  }

  /** As by `docker stop`: an engine does not start it again. */
  stop({ node, container }: Placed): void {
    this.#world.stop(node, container);
  }

  #restart(node: ModelNode, router: ModelContainer): void {
    const there = node.containers.get(router.id) === router && !router.running;
    if (there && this.#world.networkOf(node, router)?.running === true) this.#world.startRouter(node, router);
  }

  /** Of the helper that a node has. */
  helper(node: ModelNode, name: string): Placed | undefined {
    return this.#running((container) => container.name === name).find((placed) => placed.node === node);
  }

  removeContainer({ node, container }: Placed): void {
    this.#world.removeContainer(node, container);
  }

  /** From a helper, or from a workload what is plugged into it: the network that Swarm gave it serves nothing once it is up. */
  disconnect({ node, container }: Placed, number: number): boolean {
    const own = container.service === undefined;
    const endpoint = pick(
      [...container.endpoints.values()].filter(({ managed }) => own || !managed),
      number,
    );
    return endpoint !== undefined && this.#world.detach(node, container, endpoint.network.id);
  }

  /** Plugs a workload in with another address, where it is plugged in already. */
  readdress({ node, container }: Placed, number: number): boolean {
    const endpoint = pick(
      [...container.endpoints.values()].filter(({ managed }) => !managed),
      number,
    );
    if (endpoint === undefined) return false;
    this.#world.detach(node, container, endpoint.network.id);
    const address = endpoint.address.replace(/\d+$/, (last) => String(Number(last) + 2));
    this.#world.attach(node, container, endpoint.network, { managed: false, address });
    return true;
  }

  service(number: number): ModelService | undefined {
    return pick(
      [...this.#world.services.values()].filter(({ observed }) => WORKLOAD_LABEL in observed.labels),
      number,
    );
  }

  scale(service: ModelService, replicas: number): void {
    this.#edit(service, { replicas });
  }

  setEnv(service: ModelService, env: readonly string[]): void {
    this.#edit(service, { env });
  }

  removeService(service: ModelService): void {
    this.#tasks.remove(service);
  }

  lose(node: ModelNode): void {
    node.lost = true;
    this.#tasks.lost(node);
  }

  find(node: ModelNode): void {
    node.lost = false;
    this.#tasks.found(node);
  }

  #edit(service: ModelService, fields: Partial<ModelService['observed']['spec']>): void {
    this.#tasks.change(service, { spec: { ...service.observed.spec, ...fields } });
  }

  #running(which: (container: ModelContainer) => boolean): Placed[] {
    return [...this.#world.nodes.values()].flatMap((node) =>
      [...node.containers.values()]
        .filter((container) => container.running && container.labels[PREFIX_LABEL] === this.#prefix)
        .filter(which)
        .map((container) => ({ node, container })),
    );
  }
}

const pick = <T>(things: readonly T[], number: number): T | undefined =>
  things.length === 0 ? undefined : things[number % things.length];
