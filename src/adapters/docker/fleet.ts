import { DockerError } from '../../core/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ImageLoader } from '../../ports/image-loader.ts';
import type { LiveCommand, LiveCommands, LiveProcess } from '../../ports/live-commands.ts';
import type { Logger } from '../../ports/logger.ts';
import type { EngineHint, Fleet, NodeEngine } from '../../ports/node-engine.ts';
import type { ConsoleTarget } from '../../ports/router-console.ts';
import type { Swarm } from '../../ports/swarm.ts';
import { type NodeEndpoint, parseEndpoints } from './endpoint.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { EventStream } from './events.ts';
import { Managers } from './managers.ts';
import { DockerNode } from './node.ts';
import { DockerSwarm } from './swarm.ts';

export interface FleetSettings extends EngineOptions {
  /** `HINGE_NODES`, or what it was parsed to. */
  readonly nodes: string | readonly NodeEndpoint[];
  /** The testbed's prefix in etcd, such as `/hinge`: the value of the ownership label. */
  readonly prefix: string;
  /** Container name of the node helpers, one per testbed. */
  readonly helper: string;
}

export interface FleetTools {
  readonly clock: Clock;
  readonly logger: Logger;
}

type Listener = (hint: EngineHint) => void;

/**
 * The engines that hinge has an endpoint for, and the Swarm through those of them that are managers. Nothing is opened before
 * the first call, so that nodes may be down at the start.
 */
export class DockerFleet implements Fleet, LiveCommands {
  readonly engines: ReadonlyMap<string, NodeEngine>;
  readonly swarm: Swarm;
  /** By node. */
  readonly loaders: ReadonlyMap<string, ImageLoader>;
  readonly #engines: readonly Engine[];
  readonly #nodes: readonly DockerNode[];
  readonly #settings: FleetSettings;
  readonly #tools: FleetTools;
  readonly #listeners = new Set<Listener>();
  #streams: readonly EventStream[] = [];

  /** @throws EndpointError */
  constructor(settings: FleetSettings, tools: FleetTools) {
    const endpoints = typeof settings.nodes === 'string' ? parseEndpoints(settings.nodes) : settings.nodes;
    const { prefix, helper } = settings;
    this.#settings = settings;
    this.#tools = tools;
    this.#engines = endpoints.map((endpoint) => new Engine(endpoint, settings));
    this.#nodes = this.#engines.map((engine) => new DockerNode(engine, { ...tools, prefix, helper }));
    this.engines = new Map(this.#nodes.map((node) => [node.node, node]));
    this.loaders = new Map(this.#nodes.map((node) => [node.node, node.loader]));
    this.swarm = new DockerSwarm(new Managers(this.#engines, tools.logger), prefix);
  }

  onHint(listener: Listener): () => void {
    // A listener is known by its own subscription: the same function may subscribe twice.
    const subscription: Listener = (hint) => listener(hint);
    this.#listeners.add(subscription);
    if (this.#streams.length === 0) {
      this.#streams = this.#engines.map(
        (engine) => new EventStream(engine, this.#settings.prefix, this.#tools, (hint) => this.#emit(hint)),
      );
    }
    return () => this.#listeners.delete(subscription);
  }

  async start({ node, containerId }: ConsoleTarget, command: LiveCommand): Promise<LiveProcess> {
    const engine = this.#nodes.find((candidate) => candidate.node === node);
    if (engine === undefined)
      throw new DockerError('not-found', `node ${node} has no endpoint; add it to HINGE_NODES`);
    return engine.start(containerId, command);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    const stopped = this.#streams.map((stream) => stream.stop());
    for (const node of this.#nodes) node.close();
    await Promise.all(stopped);
  }

  #emit(hint: EngineHint): void {
    for (const listener of this.#listeners) listener(hint);
  }
}
