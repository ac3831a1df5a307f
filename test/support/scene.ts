import type { Lab } from '../../deploy/lab/lab.ts';
import { DockerFleet, type FleetSettings } from '../../src/adapters/docker/fleet.ts';
import type { ObservedContainer, ObservedNetwork } from '../../src/core/diff/observed.ts';
import { HELPER_LABEL, ROUTER_LABEL, WORKLOAD_LABEL } from '../../src/core/plan/labels.ts';
import type { DesiredService } from '../../src/core/plan/desired.ts';
import type { NodeEngine } from '../../src/ports/node-engine.ts';
import { SystemClock } from '../../src/runtime/system-clock.ts';
import { eventually } from './eventually.ts';
import { quiet } from './quiet.ts';
import { Testbed } from './workload.ts';

export const HELPER_IMAGE = 'hinge/helper:1';
const clock = new SystemClock();

/** One testbed on the lab's Swarm, and the adapter that is under test. */
export class Scene {
  readonly lab: Lab;
  readonly testbed: Testbed;
  readonly fleet: DockerFleet;

  /** @param index see Testbed. */
  constructor(lab: Lab, index: number, settings: Partial<FleetSettings> = {}) {
    this.lab = lab;
    this.testbed = new Testbed(index);
    this.fleet = this.openFleet(settings);
  }

  openFleet(settings: Partial<FleetSettings> = {}): DockerFleet {
    const nodes = this.lab.nodes.map(({ name, socket }) => `${name}=unix://${socket}`).join(',');
    const { prefix, helper } = this.testbed;
    return new DockerFleet({ nodes, prefix, helper, ...settings }, { clock, logger: quiet });
  }

  node(name: string): NodeEngine {
    const engine = this.fleet.engines.get(name);
    if (engine === undefined) throw new Error(`no ${name}`);
    return engine;
  }

  /** A network (0 to 6) that the Swarm has. @returns its id. */
  network(index: number): Promise<string> {
    return this.fleet.swarm.createNetwork(this.testbed.network(index));
  }

  /** A host that runs on a node, and its container. */
  async host(name: string, node: string, service: Partial<DesiredService> = {}): Promise<ObservedContainer> {
    const workload = this.testbed.workload(name, { constraints: [`node.hostname==${node}`], ...service });
    await this.fleet.swarm.createService(workload, await this.network(MANAGEMENT));
    return eventually(
      async () => {
        const { containers } = await this.node(node).list();
        const found = containers.find((one) => one.running && one.labels[WORKLOAD_LABEL] === workload.key);
        if (found === undefined)
          throw new Error(`containers: ${containers.map((one) => one.name).join(', ')}`);
        return found;
      },
      { timeoutMs: 40_000, message: `a container of ${name} runs` },
    );
  }

  async container(node: string, id: string): Promise<ObservedContainer | undefined> {
    const { containers } = await this.node(node).list();
    return containers.find((container) => container.id === id);
  }

  /** Names of this testbed's networks that the engines have, by node. What the Swarm has is there on every manager. */
  async localNetworks(): Promise<Record<string, string[]>> {
    const listed = await Promise.all(
      [...this.fleet.engines].map(async ([name, engine]) => {
        const { networks } = await engine.list();
        return [name, networks.map((network: ObservedNetwork) => network.name).toSorted()] as const;
      }),
    );
    return Object.fromEntries(listed);
  }

  /** Removes all that the testbed has, in the right order, and closes. */
  async clear(): Promise<void> {
    const { swarm, engines } = this.fleet;
    const { services, networks } = await swarm.list();
    for (const { id } of services) await swarm.removeService(id);
    for (const engine of engines.values()) {
      const { containers: all } = await engine.list();
      for (const { id, labels } of all) if (ROUTER_LABEL in labels) await engine.removeRouter(id);
      await eventually(async () => assertNone(await workloadsOf(engine)), {
        timeoutMs: 40_000,
        message: `${engine.node} has no container of ${this.testbed.name}`,
      });
      const { containers } = await engine.list();
      for (const { id, endpoints } of containers) {
        for (const { networkId } of endpoints) await engine.disconnect(id, networkId);
      }
      await engine.removeHelper();
    }
    for (const { id, name } of networks) {
      await eventually(() => swarm.removeNetwork(id), { timeoutMs: 20_000, message: `${name} is removed` });
    }
    await this.fleet.close();
  }
}

/** Index of the network that services are attached to. */
export const MANAGEMENT = 7;

async function workloadsOf(engine: NodeEngine): Promise<readonly string[]> {
  const { containers } = await engine.list();
  return containers.filter(({ labels }) => labels[HELPER_LABEL] === undefined).map(({ name }) => name);
}

function assertNone(names: readonly string[]): void {
  if (names.length > 0) throw new Error(`still there: ${names.join(', ')}`);
}
