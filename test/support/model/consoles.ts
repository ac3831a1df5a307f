import { DockerError } from '../../../src/core/failure.ts';
import type {
  RouteEntry,
  RouterInterface,
  RouterSession,
  RouterState,
  Trace,
} from '../../../src/core/diff/observed-router.ts';
import { watchedIn } from '../../../src/core/render/frr.ts';
import type { ConfigurationText } from '../../../src/core/render/text.ts';
import type { DeviceChange, ObservedDevice } from '../../../src/core/diff/devices.ts';
import type { Echoes } from '../../../src/core/prove/verdict.ts';
import type { ObservedInterface } from '../../../src/core/diff/shaping.ts';
import type { HostConsole, HostRouting } from '../../../src/ports/host-console.ts';
import type { DeviceConsole } from '../../../src/ports/device-console.ts';
import type { LinkConsole } from '../../../src/ports/link-console.ts';
import type { SegmentConsole } from '../../../src/ports/segment-console.ts';
import type { ObservedSegments, SegmentChange } from '../../../src/core/diff/segments.ts';
import type { ConsoleTarget, RouterConsole } from '../../../src/ports/router-console.ts';
import { ModelKernel } from './kernel.ts';
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
  readonly #kernels: ModelKernels;

  constructor(world: World, wire: Wire, configurations: Configurations, kernels: ModelKernels) {
    this.#world = world;
    this.#wire = wire;
    this.#configurations = configurations;
    this.#kernels = kernels;
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
    const holder = networkOf(this.#world, container);
    const kernel = this.#kernels.of(holder);
    const [source] = kernel.segments(new Set(interfacesOf(holder).map(({ name }) => name))).addresses;
    const { devices } = kernel;
    return {
      ready: true,
      appliedHash: configuration?.hash,
      drift: [],
      sessions: neighborsOf(configuration).map((peer) => this.#session(container, peer)),
      interfaces: interfacesOf(holder),
      ...(source !== undefined && { segmentSource: source }),
      ...(devices.length > 0 && { devices }),
    };
  }

  #session(container: ModelContainer, peer: { address: string; asn: number }): RouterSession {
    const { endpoints } = networkOf(this.#world, container);
    const up = [...endpoints.values()].some(({ network, address: own }) =>
      this.#others(container).some(
        (other) =>
          networkOf(this.#world, other).endpoints.get(network.id)?.address === peer.address &&
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

  echo(): Promise<Echoes> {
    return Promise.resolve({ sent: 10, answered: 0, rttMs: undefined });
  }

  spend(): Promise<void> {
    return Promise.resolve();
  }

  trace(): Promise<Trace> {
    return Promise.resolve({ reached: false, hops: [] });
  }
}

/** No Path of the model names properties of links: there is nothing to shape. */
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

/** The kernels under the containers of the model. */
export class ModelKernels {
  readonly #world: World;
  /** By container. What ends takes its namespace with it. */
  readonly #kernels = new Map<string, ModelKernel>();

  constructor(world: World) {
    this.#world = world;
  }

  /** @throws DockerError when it does not run. */
  at(target: ConsoleTarget): {
    readonly kernel: ModelKernel;
    readonly interfaces: readonly RouterInterface[];
    /** Their names. */
    readonly plugged: ReadonlySet<string>;
  } {
    const container = networkOf(this.#world, running(this.#world, target));
    const interfaces = interfacesOf(container);
    return { kernel: this.of(container), interfaces, plugged: new Set(interfaces.map(({ name }) => name)) };
  }

  of({ id }: ModelContainer): ModelKernel {
    const kernel = this.#kernels.get(id) ?? new ModelKernel();
    this.#kernels.set(id, kernel);
    return kernel;
  }
}

/** The node of the model whose kernel knows nothing of SRv6. */
export const WITHOUT_SRV6 = 'node3';

export class ModelSegments implements SegmentConsole {
  readonly #kernels: ModelKernels;
  readonly #wire: Wire;

  constructor(kernels: ModelKernels, wire: Wire) {
    this.#kernels = kernels;
    this.#wire = wire;
  }

  lacks({ node }: ConsoleTarget): Promise<string> {
    return this.#wire.read(node, () => (node === WITHOUT_SRV6 ? 'SRv6: there is none' : ''));
  }

  read(target: ConsoleTarget): Promise<ObservedSegments> {
    return this.#wire.read(target.node, () => {
      const { kernel, plugged } = this.#kernels.at(target);
      return kernel.segments(plugged);
    });
  }

  change(target: ConsoleTarget, change: SegmentChange): Promise<string> {
    return this.#wire.change(target.node, `segments of ${target.containerId}`, () => {
      const { kernel, plugged } = this.#kernels.at(target);
      return kernel.changeSegments(change, plugged);
    });
  }

  counts(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map());
  }
}

export class ModelDevices implements DeviceConsole {
  readonly #kernels: ModelKernels;
  readonly #wire: Wire;

  constructor(kernels: ModelKernels, wire: Wire) {
    this.#kernels = kernels;
    this.#wire = wire;
  }

  lacking(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  read(target: ConsoleTarget): Promise<readonly ObservedDevice[]> {
    return this.#wire.read(target.node, () => this.#kernels.at(target).kernel.devices);
  }

  interfaces(target: ConsoleTarget): Promise<readonly RouterInterface[]> {
    return this.#wire.read(target.node, () => this.#kernels.at(target).interfaces);
  }

  change(target: ConsoleTarget, change: DeviceChange): Promise<void> {
    return this.#wire.change(target.node, `interfaces of ${target.containerId}`, () => {
      this.#kernels.at(target).kernel.changeDevices(change);
    });
  }
}

/** What Docker has plugged in with an address of hinge's choice. */
export const interfacesOf = ({ endpoints }: ModelContainer): readonly RouterInterface[] =>
  [...endpoints.values()]
    .filter(({ managed }) => !managed)
    .map(({ network, address, number }) => ({
      name: `eth${String(number)}`,
      address: `${address}/${network.subnet.split('/')[1] ?? ''}`,
      mac: '02:42:00:00:00:00',
    }));

/** The container whose network namespace a running container is in. */
function networkOf(world: World, container: ModelContainer): ModelContainer {
  const node = [...world.nodes.values()].find(({ containers }) => containers.get(container.id) === container);
  return (node && world.networkOf(node, container)) ?? container;
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
