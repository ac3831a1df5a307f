import { DockerError } from '../../../src/core/failure.ts';
import type {
  RouteEntry,
  RouterSession,
  RouterState,
  Trace,
} from '../../../src/core/diff/observed-router.ts';
import { watchedIn } from '../../../src/core/render/frr.ts';
import type { ConfigurationText } from '../../../src/core/render/text.ts';
import type { ObservedInterface } from '../../../src/core/diff/shaping.ts';
import type { HostConsole, HostRouting } from '../../../src/ports/host-console.ts';
import type { LinkConsole } from '../../../src/ports/link-console.ts';
import type { SegmentConsole } from '../../../src/ports/segment-console.ts';
import type { ObservedSegments } from '../../../src/core/diff/segments.ts';
import type { ConsoleTarget, RouterConsole } from '../../../src/ports/router-console.ts';
import type { ModelContainer } from './things.ts';
import type { Wire } from './wire.ts';
import type { World } from './world.ts';

/** Every session of the model has been up for longer than anybody waits. */
const LONG_MS = 3_600_000;

/** What the routers of the model were configured with, by container. */
export type Configurations = Map<string, ConfigurationText>;

/** Routers that speak with each other as soon as both are configured and plugged into one network. */
export class ModelRouters implements RouterConsole {
  readonly #world: World;
  readonly #wire: Wire;
  readonly #configurations: Configurations;

  constructor(world: World, wire: Wire, configurations: Configurations) {
    this.#world = world;
    this.#wire = wire;
    this.#configurations = configurations;
  }

  read(target: ConsoleTarget): Promise<RouterState> {
    return this.#wire.read(target.node, () => this.#state(running(this.#world, target)));
  }

  configure(target: ConsoleTarget, configuration: ConfigurationText): Promise<RouterState> {
    return this.#wire.change(target.node, `configure ${target.containerId}`, () => {
      const container = running(this.#world, target);
      this.#configurations.set(container.id, configuration);
      return this.#state(container);
    });
  }

  restartSession(target: ConsoleTarget, peerAddress: string): Promise<void> {
    return this.#wire.change(target.node, `restart session with ${peerAddress}`, () => undefined);
  }

  routes(): Promise<readonly RouteEntry[]> {
    return Promise.resolve([]);
  }

  #state(container: ModelContainer): RouterState {
    const configuration = this.#configurations.get(container.id);
    return {
      ready: true,
      appliedHash: configuration?.hash,
      drift: [],
      sessions: neighborsOf(configuration).map((peer) => this.#session(container, peer)),
      interfaces: [],
    };
  }

  #session(container: ModelContainer, peer: { address: string; asn: number }): RouterSession {
    const up = [...container.endpoints.values()].some(({ network, address: own }) =>
      this.#others(container).some(
        (other) =>
          other.endpoints.get(network.id)?.address === peer.address &&
          neighborsOf(this.#configurations.get(other.id)).some(({ address }) => address === own),
      ),
    );
    return {
      ...peer,
      state: up ? 'Established' : 'Active',
      establishedAt: up ? '2025-01-01T00:00:00Z' : undefined,
      upMs: up ? LONG_MS : undefined,
      watched: watchedIn(this.#configurations.get(container.id)?.text ?? '').has(peer.address),
      prefixesReceived: 0,
    };
  }

  #others(container: ModelContainer): readonly ModelContainer[] {
    return [...this.#world.nodes.values()]
      .flatMap(({ containers }) => [...containers.values()])
      .filter((other) => other.running && other !== container);
  }
}

/** Hosts take their route; no packet is ever answered, since the model has none. */
export class ModelHosts implements HostConsole {
  readonly #world: World;
  readonly #wire: Wire;

  constructor(world: World, wire: Wire) {
    this.#world = world;
    this.#wire = wire;
  }

  route(target: ConsoleTarget, { gateway }: HostRouting): Promise<void> {
    return this.#wire.change(target.node, `route ${target.containerId} via ${gateway}`, () => {
      running(this.#world, target);
    });
  }

  defaultRoutes(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  reaches(): Promise<boolean> {
    return Promise.resolve(false);
  }

  echo(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  spend(): Promise<void> {
    return Promise.resolve();
  }

  trace(): Promise<Trace> {
    return Promise.resolve({ reached: false, hops: [] });
  }
}

/** Routers of the model say nothing of their interfaces, so that there are none to shape. */
export class ModelLinks implements LinkConsole {
  hasNetem(): Promise<boolean> {
    return Promise.resolve(false);
  }

  read(): Promise<readonly ObservedInterface[]> {
    return Promise.resolve([]);
  }

  allowTries(): Promise<void> {
    return Promise.resolve();
  }

  change(): Promise<void> {
    return Promise.resolve();
  }
}

/** Kernels of the model know nothing of SRv6. */
export class ModelSegments implements SegmentConsole {
  lacks(): Promise<string> {
    return Promise.resolve('SRv6: there is none in the model');
  }

  read(): Promise<ObservedSegments> {
    return Promise.resolve({ entries: [], addresses: [], source: '::', open: [], filter: '' });
  }

  change(): Promise<string> {
    return Promise.resolve('');
  }

  counts(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map());
  }
}

function running(world: World, { node, containerId }: ConsoleTarget): ModelContainer {
  const container = world.container(world.node(node), containerId);
  if (!container.running) throw new DockerError('conflict', `container ${containerId} does not run`);
  return container;
}

const neighborsOf = (configuration: ConfigurationText | undefined): { address: string; asn: number }[] =>
  [...(configuration?.text ?? '').matchAll(/^ *neighbor (\S+) remote-as (\d+)/gm)].map(
    ([, address = '', asn]) => ({ address, asn: Number(asn) }),
  );
