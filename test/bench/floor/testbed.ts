import type { NetworkCreateOptions } from 'dockerode';
import pRetry from 'p-retry';
import { networkSpec } from '../../../src/adapters/docker/network-spec.ts';
import { newServiceSpec } from '../../../src/adapters/docker/service-spec.ts';
import { type DesiredNetwork, type DesiredWorkload, MANAGEMENT } from '../../../src/core/plan/desired.ts';
import { PREFIX_LABEL, WORKLOAD_LABEL } from '../../../src/core/plan/labels.ts';
import { type ProbeDirection, probeOfConnection } from '../../../src/core/prove/probe.ts';
import type { DockerCalls } from '../contender.ts';
import { FloorEngine } from './engine.ts';
import type { FloorTask } from './messages.ts';
import { FloorNode } from './node.ts';
import { PlacedContainers } from './placed.ts';
import { configureScript, defaultRouteScript, learnedScript, traceScript } from './scripts.ts';

/** Everything at once, and each step as soon as what it needs is there: no step waits for all of the one before. */
export class FloorTestbed {
  readonly #task: FloorTask;
  readonly #nodes: ReadonlyMap<string, FloorNode>;
  readonly #manager: FloorEngine;
  readonly #placed = new PlacedContainers();
  readonly #networkIds = new Map<string, string>();
  readonly #serviceIds: string[] = [];

  private constructor(task: FloorTask, engines: readonly FloorEngine[]) {
    const [manager] = engines;
    if (manager === undefined) throw new Error('no node');
    this.#task = task;
    this.#manager = manager;
    this.#nodes = new Map(engines.map((engine) => [engine.node, new FloorNode(engine, task)]));
  }

  static async prepare(task: FloorTask): Promise<FloorTestbed> {
    const engines = task.nodes.map(({ name, socket }) => new FloorEngine(name, socket));
    const testbed = new FloorTestbed(task, engines);
    const label = `${PREFIX_LABEL}=${task.prefix}`;
    const listening = engines.map((engine) =>
      engine.containers(label, (action, id, labels) => {
        const workload = labels[WORKLOAD_LABEL];
        if (workload === undefined) return;
        if (action === 'start') testbed.#placed.started(workload, engine.node, id);
        else testbed.#placed.destroyed(id);
      }),
    );
    await Promise.all(listening);
    return testbed;
  }

  get calls(): DockerCalls {
    const calls = [...this.#nodes.values()].map(({ engine }) => engine.calls);
    return {
      writes: calls.reduce((sum, { writes }) => sum + writes, 0),
      reads: calls.reduce((sum, { reads }) => sum + reads, 0),
    };
  }

  /** Resolves when packets were seen to take every router, both ways. */
  async build(): Promise<void> {
    const { networks, workloads } = this.#task.desired;
    for (const node of this.#nodes.values()) node.start();
    const created = new Map(networks.map((network) => [network.key, this.#createNetwork(network)]));
    const management = await created.get(MANAGEMENT);
    if (management === undefined) throw new Error('no management network is planned');
    await Promise.all([
      ...created.values(),
      ...workloads.map((workload) => this.#createService(workload, management)),
      ...workloads.map((workload) => this.#wire(workload, created, management)),
    ]);
    await this.#prove();
  }

  /** Resolves when the Swarm has nothing of it any more. */
  async takeApart(): Promise<void> {
    const remove = (id: string): Promise<unknown> =>
      this.#manager.write((docker) => docker.getService(id).remove());
    await Promise.all(this.#serviceIds.map(remove));
    await this.#placed.allDestroyed();
    await Promise.all([...this.#nodes.values()].map((node) => node.removeHelper()));
    await Promise.all([...this.#networkIds.values()].map((id) => this.#removeNetwork(id)));
  }

  async #createNetwork(network: DesiredNetwork): Promise<string> {
    const spec = networkSpec(network) as NetworkCreateOptions;
    const { id } = await this.#manager.write((docker) => docker.createNetwork(spec));
    this.#networkIds.set(network.key, id);
    return id;
  }

  async #createService(workload: DesiredWorkload, management: string): Promise<void> {
    const spec = newServiceSpec(workload, management) as object;
    const { id } = await this.#manager.write((docker) => docker.createService(spec));
    this.#serviceIds.push(id);
  }

  /** Plugs a workload in as soon as it runs; then a router gets its configuration, and a host its only way out. */
  async #wire(
    { key, setup }: DesiredWorkload,
    created: ReadonlyMap<string, Promise<string>>,
    management: string,
  ): Promise<void> {
    const { id, node: name } = await this.#placed.of(key);
    const node = this.#node(name);
    const pid = node.pid(id);
    const endpoints = this.#task.desired.networks.flatMap(({ key: network, endpoints: all }) =>
      all.filter(({ workload }) => workload === key).map(({ address }) => ({ network, address })),
    );
    const plugged = endpoints.map(async ({ network, address }) => {
      const networkId = await created.get(network);
      if (networkId === undefined) throw new Error(`no network ${network}`);
      await node.bring(networkId);
      await node.plug(id, networkId, address);
    });
    await Promise.all(plugged);
    if (setup.type === 'router') {
      await node.run(configureScript(await pid, setup.configuration.text));
    } else {
      await node.run(defaultRouteScript(await pid, setup.gateway));
      await node.unplug(id, management);
    }
  }

  /** Both edges have learned every prefix, so every router between has; then the packets. */
  async #prove(): Promise<void> {
    const [connection] = this.#task.desired.experiments.flatMap(({ connections }) => connections);
    if (connection === undefined) throw new Error('no connection is planned');
    const all = this.#task.desired.networks.filter(({ key }) => key !== MANAGEMENT);
    const learned = [connection.from.router, connection.to.router].map(async (router) => {
      const key = `router/${router}`;
      const own = all.filter(({ endpoints }) => endpoints.some(({ workload }) => workload === key));
      await this.#runIn(key, (pid) => learnedScript(pid, all.length - own.length));
    });
    await Promise.all(learned);
    const { forward, reverse } = probeOfConnection(connection);
    await Promise.all([this.#trace(forward), this.#trace(reverse)]);
  }

  async #trace({ from, to, hops }: ProbeDirection): Promise<void> {
    const expected = [...hops.map(({ address }) => address), to].join('\n');
    const look = async (): Promise<void> => {
      const seen = await this.#runIn(from, (pid) => traceScript(pid, to, hops.length + 1));
      if (seen.trim() !== expected) throw new Error(`from ${from} to ${to}: ${seen.replaceAll('\n', ' ')}`);
    };
    await pRetry(look, { retries: 20, minTimeout: 100, factor: 1 });
  }

  async #runIn(workload: string, script: (pid: number) => string): Promise<string> {
    const { id, node: name } = await this.#placed.of(workload);
    const node = this.#node(name);
    return node.run(script(await node.pid(id)));
  }

  /** Refused for a moment after the last container has left. */
  async #removeNetwork(id: string): Promise<void> {
    const remove = (): Promise<unknown> => this.#manager.write((docker) => docker.getNetwork(id).remove());
    await pRetry(remove, { retries: 50, minTimeout: 100, factor: 1 });
  }

  #node(name: string): FloorNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }
}
