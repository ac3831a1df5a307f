import type { ObservedContainer, ObservedNetwork, ObservedNode } from '../../core/diff/observed.ts';
import type { ContainerFile } from '../../core/plan/container-form.ts';
import type { DesiredContainer } from '../../core/plan/desired.ts';
import { PREFIX_LABEL } from '../../core/plan/labels.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ImageLoader } from '../../ports/image-loader.ts';
import type { LiveCommand, LiveProcess } from '../../ports/live-commands.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CommandResult, NamespaceCommand, NodeEngine, PullOptions } from '../../ports/node-engine.ts';
import { HelperAgent } from './agent.ts';
import type { Engine } from './engine.ts';
import { Helper } from './helper.ts';
import { Images } from './images.ts';
import { Lanes } from './lanes.ts';
import { HelperProcess } from './live-process.ts';
import { hasCopyStill, LETTING_GO_MS } from './local-copy.ts';
import { LocalNetworks } from './local-networks.ts';
import { observeContainer, observeNetwork } from './observe.ts';
import { plug, unplug } from './plug.ts';
import { createRouter, removeRouter, startContainer } from './router-container.ts';
import { containersReply, infoReply, networksReply } from './replies.ts';

export interface NodeOptions {
  /** The testbed's prefix, by which its containers and networks are told from others. */
  readonly prefix: string;
  /** The helper's container name. */
  readonly helper: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One node, through its own engine. */
export class DockerNode implements NodeEngine {
  readonly node: string;
  readonly #engine: Engine;
  readonly #helper: Helper;
  readonly #agent: HelperAgent;
  readonly #images: Images;
  /**
   * One change at a time per container: the engine holds a lock on each, so that waiting calls would take up places and time
   * limits; and the same plug asked for twice at once would do harm (see plug).
   */
  readonly #containers = new Lanes();
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #networks = new LocalNetworks(() => this.#listNetworks());
  /** By id of a network: when somebody was unplugged from it last, in monotonic ms. */
  readonly #leftAt = new Map<string, number>();
  #nameChecked = false;

  constructor(engine: Engine, options: NodeOptions) {
    this.node = engine.node;
    this.#engine = engine;
    this.#helper = new Helper(engine, options.helper, options.prefix);
    this.#agent = new HelperAgent(engine, options.helper);
    this.#images = new Images(engine);
    this.#prefix = options.prefix;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  async list(): Promise<ObservedNode> {
    void this.#checkName();
    const [all, networks] = await Promise.all([this.#listContainers(), this.#networks.list()]);
    const containers = all.filter(({ labels }) => labels[PREFIX_LABEL] === this.#prefix);
    this.#agent.retain(new Set(containers.filter(({ running }) => running).map(({ id }) => id)));
    const ours = new Set(networks.map(({ id }) => id));
    const strangers = all.filter(
      ({ labels, endpoints }) =>
        labels[PREFIX_LABEL] !== this.#prefix && endpoints.some(({ networkId }) => ours.has(networkId)),
    );
    const otherNames = all
      .filter(({ labels }) => labels[PREFIX_LABEL] !== this.#prefix)
      .map(({ name }) => name);
    return { containers, strangers, otherNames, networks };
  }

  async connect(containerId: string, networkId: string, address?: string): Promise<void> {
    await this.#containers.run(containerId, async () => {
      const leftAt = this.#leftAt.get(networkId) ?? -Infinity;
      if (this.#clock.monotonicMs() - leftAt < LETTING_GO_MS)
        await hasCopyStill(this.#engine, networkId, this.#clock);
      this.#leftAt.delete(networkId);
      await plug(this.#engine, containerId, networkId, address);
    });
  }

  async disconnect(containerId: string, networkId: string): Promise<void> {
    await this.#containers.run(containerId, () => unplug(this.#engine, containerId, networkId));
    this.#leftAt.set(networkId, this.#clock.monotonicMs());
  }

  async giveUp(networkId: string, helperImage: string): Promise<void> {
    this.#leftAt.delete(networkId);
    if (!(await hasCopyStill(this.#engine, networkId, this.#clock))) return;
    const helper = await this.ensureHelper(helperImage);
    await this.#containers.run(helper, async () => {
      await plug(this.#engine, helper, networkId);
      await unplug(this.#engine, helper, networkId);
    });
  }

  async ensureHelper(image: string): Promise<string> {
    return this.#containers.run(this.#helper.name, () => this.#helper.ensure(image));
  }

  async removeHelper(): Promise<void> {
    await this.#containers.run(this.#helper.name, () => this.#helper.remove());
  }

  async createRouter(
    container: DesiredContainer,
    sandbox: string,
    files: readonly ContainerFile[],
  ): Promise<void> {
    await this.#containers.run(container.name, () => createRouter(this.#engine, container, sandbox, files));
  }

  async startRouter(id: string): Promise<void> {
    await this.#containers.run(id, () => startContainer(this.#engine, id, id.slice(0, 12)));
  }

  async removeRouter(id: string): Promise<void> {
    await this.#containers.run(id, () => removeRouter(this.#engine, id));
  }

  async run(command: NamespaceCommand): Promise<CommandResult> {
    return this.#agent.run(command);
  }

  imageId(image: string): Promise<string | undefined> {
    return this.#images.id(image);
  }

  pull(image: string, options: PullOptions): Promise<void> {
    return this.#images.pull(image, options);
  }

  /** For putting images there. */
  get loader(): ImageLoader {
    return this.#images;
  }

  /** As run, for as long as it takes. @throws DockerError when it cannot be started. */
  async start(containerId: string, command: LiveCommand): Promise<LiveProcess> {
    return HelperProcess.start(this.#engine, this.#clock, this.#helper.name, containerId, command);
  }

  /** Ends the agent and the engine's connections. */
  close(): void {
    this.#agent.close();
    this.#engine.close();
  }

  /** All of the node, whoever's: what is not the testbed's may have an address that is. */
  async #listContainers(): Promise<readonly ObservedContainer[]> {
    const containers = await this.#engine.callNow({
      name: 'container.list',
      doing: 'listing containers',
      reply: containersReply,
      send: (docker, abortSignal) => docker.listContainers({ all: true, abortSignal }),
    });
    return containers.map(observeContainer);
  }

  async #listNetworks(): Promise<readonly ObservedNetwork[]> {
    const networks = await this.#engine.callNow({
      name: 'network.list',
      doing: 'listing networks',
      reply: networksReply,
      send: (docker, abortSignal) =>
        docker.listNetworks({ filters: { label: [`${PREFIX_LABEL}=${this.#prefix}`] }, abortSignal }),
    });
    return networks.map(observeNetwork);
  }

  /** Once, as soon as the engine answers: under a wrong name, containers would be looked for on the wrong node. */
  async #checkName(): Promise<void> {
    if (this.#nameChecked) return;
    this.#nameChecked = true;
    try {
      const { Name: name } = await this.#engine.callNow({
        name: 'info',
        doing: 'asking for its name',
        reply: infoReply,
        send: (docker, abortSignal) => docker.info({ abortSignal }),
      });
      if (name === this.node) return;
      const fields = { node: this.node, endpoint: this.#engine.url, name };
      this.#logger.warn(fields, 'endpoint belongs to a node of another name: correct the list of nodes');
    } catch {
      this.#nameChecked = false;
    }
  }
}
