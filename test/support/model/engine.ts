import equal from 'fast-deep-equal';
import { madeFrom } from '../../../src/core/diff/made-from.ts';
import type { ObservedContainer, ObservedNetwork, ObservedNode } from '../../../src/core/diff/observed.ts';
import { DockerError } from '../../../src/core/failure.ts';
import type { DesiredContainer } from '../../../src/core/plan/desired.ts';
import { HELPER_LABEL, MADE_FROM_LABEL, PREFIX_LABEL, SANDBOX_LABEL } from '../../../src/core/plan/labels.ts';
import type { CommandResult, NodeEngine } from '../../../src/ports/node-engine.ts';
import type { Faults } from './faults.ts';
import type { ModelContainer, ModelNetwork, ModelNode } from './things.ts';
import type { Wire } from './wire.ts';
import type { World } from './world.ts';

export interface ModelTestbed {
  readonly prefix: string;
  /** The helper's container name. */
  readonly helper: string;
}

export const observedNetwork = ({ id, name, labels, subnet }: ModelNetwork): ObservedNetwork => ({
  id,
  name,
  labels,
  subnet,
});

/** One of the model's engines as one operator sees it, see src/adapters/docker/node.ts. All are managers. */
export class ModelEngine implements NodeEngine {
  readonly node: string;
  readonly #world: World;
  readonly #wire: Wire;
  readonly #faults: Faults;
  readonly #testbed: ModelTestbed;
  #networks: readonly ObservedNetwork[] | undefined;

  constructor(node: string, world: World, wire: Wire, faults: Faults, testbed: ModelTestbed) {
    this.node = node;
    this.#world = world;
    this.#wire = wire;
    this.#faults = faults;
    this.#testbed = testbed;
  }

  list(): Promise<ObservedNode> {
    return this.#wire.read(this.node, () => {
      const { containers, copies } = this.#here;
      const all = new Map([...this.#world.networks, ...copies]);
      const now = [...all.values()].filter((one) => this.#isOurs(one)).map(observedNetwork);
      this.#networks = this.#faults.stale.has(this.node) ? (this.#networks ?? now) : now;
      const ours = new Set(this.#networks.map(({ id }) => id));
      const others = [...containers.values()].filter((one) => !this.#isOurs(one)).map(observedContainer);
      return {
        containers: [...containers.values()].filter((one) => this.#isOurs(one)).map(observedContainer),
        strangers: others.filter(({ endpoints }) => endpoints.some(({ networkId }) => ours.has(networkId))),
        otherNames: others.map(({ name }) => name),
        networks: this.#networks,
      };
    });
  }

  connect(containerId: string, networkId: string, address?: string): Promise<void> {
    const network = this.#world.networks.get(networkId) ?? this.#here.copies.get(networkId);
    const as = address === undefined ? '' : ` as ${address}`;
    const what = `plug ${network?.name ?? networkId} into ${this.#nameOf(containerId)}${as}`;
    return this.#wire.change(this.node, what, () => this.#plug(containerId, networkId, address));
  }

  disconnect(containerId: string, networkId: string): Promise<void> {
    const name = this.#here.copies.get(networkId)?.name ?? networkId;
    return this.#wire.change(this.node, `unplug ${name} from ${this.#nameOf(containerId)}`, () => {
      const container = this.#here.containers.get(containerId);
      if (container !== undefined) this.#world.detach(this.#here, container, networkId);
    });
  }

  async giveUp(networkId: string, helperImage: string): Promise<void> {
    if (!(await this.#wire.read(this.node, () => this.#here.copies.has(networkId)))) return;
    const helper = await this.ensureHelper(helperImage);
    await this.connect(helper, networkId);
    await this.disconnect(helper, networkId);
  }

  ensureHelper(image: string): Promise<string> {
    return this.#wire.change(this.node, `start the helper on ${this.node}`, () => {
      const there = this.#helper();
      if (there?.running === true) return there.id;
      if (there !== undefined) this.#world.removeContainer(this.#here, there);
      const { prefix, helper } = this.#testbed;
      const labels = { [PREFIX_LABEL]: prefix, [HELPER_LABEL]: this.node };
      const made = { name: helper, image, labels, service: undefined };
      return this.#world.addContainer(this.#here, made).id;
    });
  }

  removeHelper(): Promise<void> {
    return this.#wire.change(this.node, `remove the helper from ${this.node}`, () => {
      const there = this.#helper();
      if (there !== undefined) this.#world.removeContainer(this.#here, there);
    });
  }

  createRouter(container: DesiredContainer, sandbox: string): Promise<void> {
    const { name, image } = container;
    return this.#wire.change(this.node, `create router ${name} on ${this.node}`, () => {
      const made = { [SANDBOX_LABEL]: sandbox, [MADE_FROM_LABEL]: madeFrom(container) };
      const labels = { ...container.labels, ...made };
      const there = [...this.#here.containers.values()].find((other) => other.name === name);
      if (there !== undefined && !equal(there.labels, labels))
        throw new DockerError('conflict', `the name ${name} is in use`);
      const router = there ?? this.#world.addRouter(this.#here, { name, image, labels, service: undefined });
      this.#world.startRouter(this.#here, router);
    });
  }

  startRouter(id: string): Promise<void> {
    return this.#wire.change(this.node, `start router ${this.#nameOf(id)}`, () => {
      this.#world.startRouter(this.#here, this.#world.container(this.#here, id));
    });
  }

  removeRouter(id: string): Promise<void> {
    return this.#wire.change(this.node, `remove router ${this.#nameOf(id)}`, () => {
      const there = this.#here.containers.get(id);
      if (there !== undefined) this.#world.removeContainer(this.#here, there);
    });
  }

  /** Every node has every image. */
  imageId(image: string): Promise<string | undefined> {
    return this.#wire.read(this.node, () => image);
  }

  pull(): Promise<void> {
    return Promise.reject(new DockerError('rejected', 'the model has no registry'));
  }

  run(): Promise<CommandResult> {
    return Promise.reject(new DockerError('rejected', 'the model runs no commands'));
  }

  get #here(): ModelNode {
    return this.#world.node(this.node);
  }

  #nameOf(containerId: string): string {
    return `${this.#here.containers.get(containerId)?.name ?? containerId} on ${this.node}`;
  }

  #plug(containerId: string, networkId: string, address: string | undefined): void {
    const container = this.#world.container(this.#here, containerId);
    // The engine says "done" and does nothing: it asks nobody for the network, which need not even exist.
    if (!container.running)
      throw new DockerError('conflict', 'the engine said "done", but there is no endpoint');
    const there = container.endpoints.get(networkId);
    if (there !== undefined) {
      if (address === undefined || there.address === address) return;
      throw new DockerError('conflict', `it is plugged in as ${there.address}`);
    }
    const managed = container.service === undefined;
    const network = managed ? this.#world.networks.get(networkId) : this.#here.copies.get(networkId);
    if (network === undefined)
      throw new DockerError(managed ? 'rejected' : 'not-found', `network ${networkId} not found`);
    if (managed && this.#here.lost) throw new DockerError('rejected', 'context deadline exceeded');
    // Each engine knows the static addresses on its own node only.
    if (this.#world.endpoints(networkId, this.#here).some((other) => other.address === address))
      throw new DockerError('conflict', 'Address already in use');
    this.#world.attach(this.#here, container, network, { managed, address });
  }

  /** @throws DockerError 'conflict' when another container has its name. */
  #helper(): ModelContainer | undefined {
    const there = [...this.#here.containers.values()].find(({ name }) => name === this.#testbed.helper);
    if (there !== undefined && !this.#isOurs(there))
      throw new DockerError('conflict', 'a container of that name is there and not of this testbed');
    return there;
  }

  #isOurs({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
    return labels[PREFIX_LABEL] === this.#testbed.prefix;
  }
}

const observedContainer = (container: ModelContainer): ObservedContainer => ({
  id: container.id,
  name: container.name,
  running: container.running,
  created: container.created,
  labels: container.labels,
  image: container.image,
  endpoints: [...container.endpoints.values()].map(({ network, address, number }) => ({
    networkId: network.id,
    networkName: network.name,
    address,
    mac: `02:42:00:00:00:${number.toString(16)}`,
    endpointId: `endpoint${String(number)}`,
  })),
});
