import { DockerError } from '../../../src/core/failure.ts';
import type { StoreMemory } from '../../../src/core/guard/store-identity.ts';
import { SANDBOX_LABEL } from '../../../src/core/plan/labels.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { EngineHint } from '../../../src/ports/node-engine.ts';
import type { ModelContainer, ModelEndpoint, ModelNetwork, ModelNode, ModelService } from './things.ts';

/** Milliseconds after the last attachment that Swarm made on a node until its engine gives the network up. */
const GIVES_UP_MS = 500;

/**
 * A model of Swarm: what a few engines have, and the rules by which that changes. A test double for one purpose: to meet hinge with more
 * faults, in more orders, than real engines could be brought into. Each rule is what real engines were seen to do; the model is
 * checked against them in `test/faults/model.test.ts`.
 */
export class World {
  readonly clock: Clock;
  readonly nodes: ReadonlyMap<string, ModelNode>;
  readonly services = new Map<string, ModelService>();
  readonly networks = new Map<string, ModelNetwork>();
  memory: StoreMemory | undefined;
  /** Told what may have changed. */
  readonly listeners = new Set<(hint: EngineHint) => void>();
  #count = 0;

  constructor(clock: Clock, nodes: readonly string[]) {
    this.clock = clock;
    this.nodes = new Map(
      nodes.map((name) => [name, { name, containers: new Map(), copies: new Map(), lost: false }]),
    );
  }

  /** A number that nothing else has. */
  number(): number {
    this.#count += 1;
    return this.#count;
  }

  id(kind: string): string {
    return `${kind}${String(this.number())}`;
  }

  node(name: string): ModelNode {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`the model has no node ${name}`);
    return node;
  }

  later(ms: number, what: () => void): void {
    void this.clock.delay(ms).then(what);
  }

  hint(node: string, about: EngineHint['about']): void {
    for (const listener of [...this.listeners]) listener({ node, about });
  }

  /** The Swarm's own events come from every manager. */
  hintSwarm(): void {
    for (const name of this.nodes.keys()) this.hint(name, 'swarm');
  }

  /** @throws DockerError 'not-found'. */
  container(node: ModelNode, id: string): ModelContainer {
    const found = node.containers.get(id);
    if (found === undefined) throw new DockerError('not-found', `${node.name}: no such container: ${id}`);
    return found;
  }

  addContainer(
    node: ModelNode,
    made: Pick<ModelContainer, 'name' | 'image' | 'labels' | 'service'>,
  ): ModelContainer {
    const container: ModelContainer = {
      ...made,
      id: this.id('container'),
      created: Math.floor(Date.parse(this.clock.now()) / 1000),
      running: true,
      endpoints: new Map(),
    };
    node.containers.set(container.id, container);
    this.hint(node.name, 'containers');
    return container;
  }

  /** A router's own container, which does not run yet. */
  addRouter(
    node: ModelNode,
    made: Pick<ModelContainer, 'name' | 'image' | 'labels' | 'service'>,
  ): ModelContainer {
    const router = this.addContainer(node, made);
    router.running = false;
    return router;
  }

  /** @throws DockerError 'conflict' when its sandbox does not run. */
  startRouter(node: ModelNode, router: ModelContainer): void {
    const network = this.networkOf(node, router);
    if (network === undefined) throw new DockerError('not-found', 'no such container');
    if (!network.running) throw new DockerError('conflict', 'cannot join network of a non running container');
    router.running = true;
    this.hint(node.name, 'containers');
  }

  /** The container whose network namespace a container is in: its own, or its sandbox's, which may be gone. */
  networkOf(node: ModelNode, container: ModelContainer): ModelContainer | undefined {
    const sandbox = container.labels[SANDBOX_LABEL];
    return sandbox === undefined ? container : node.containers.get(sandbox);
  }

  /** Its endpoints end with it, and so does the router in its sandbox; its record stays. */
  stop(node: ModelNode, container: ModelContainer): void {
    if (!container.running) return;
    container.running = false;
    for (const router of node.containers.values())
      if (router.labels[SANDBOX_LABEL] === container.id) this.stop(node, router);
    for (const { network } of [...container.endpoints.values()]) this.detach(node, container, network.id);
    this.hint(node.name, 'containers');
  }

  removeContainer(node: ModelNode, container: ModelContainer): void {
    this.stop(node, container);
    node.containers.delete(container.id);
    this.hint(node.name, 'containers');
  }

  /** What Swarm attaches brings the network onto the node. @param address undefined: Swarm's choice, from its half. */
  attach(
    node: ModelNode,
    container: ModelContainer,
    network: ModelNetwork,
    how: { readonly managed: boolean; readonly address: string | undefined },
  ): void {
    const number = this.number();
    const address = how.address ?? `swarm's own ${String(number)}`;
    container.endpoints.set(network.id, { network, address, managed: how.managed, number });
    if (how.managed) node.copies.set(network.id, network);
    this.hint(node.name, 'all');
  }

  /** @returns false when it was not attached. */
  detach(node: ModelNode, container: ModelContainer, networkId: string): boolean {
    const endpoint = container.endpoints.get(networkId);
    if (endpoint === undefined) return false;
    container.endpoints.delete(networkId);
    if (endpoint.managed) this.#givenUpLater(node, networkId);
    this.hint(node.name, 'all');
    return true;
  }

  /** Endpoints on a network, on one node or all. */
  endpoints(networkId: string, node?: ModelNode): readonly ModelEndpoint[] {
    const nodes = node === undefined ? [...this.nodes.values()] : [node];
    return nodes
      .flatMap(({ containers }) => [...containers.values()])
      .flatMap(({ endpoints }) => endpoints.get(networkId) ?? []);
  }

  /**
   * When the last attachment that Swarm made on a node is gone, the engine gives the network up; if a task is still plugged into it then, it
   * keeps its copy, and tries again only after Swarm's next attachment there has come and gone.
   */
  #givenUpLater(node: ModelNode, networkId: string): void {
    this.later(GIVES_UP_MS, () => {
      if (this.endpoints(networkId, node).length === 0 && node.copies.delete(networkId)) {
        this.hint(node.name, 'networks');
      }
    });
  }
}
