import { expect } from 'vitest';
import type { Fleet } from '../../../src/ports/node-engine.ts';
import type { Swarm } from '../../../src/ports/swarm.ts';
import { eventually } from '../../support/eventually.ts';
import { attachments } from '../../support/attachments.ts';
import { HELPER_IMAGE, type Scene } from '../../support/scene.ts';
import { LettingGo } from './letting-go.ts';
import type { Side } from './side.ts';

/** The lab, through the adapters. */
export class LabSide implements Side {
  readonly swarm: Swarm;
  readonly fleet: Fleet;
  readonly #scene: Scene;
  readonly #lettingGo: LettingGo;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#lettingGo = new LettingGo(scene.lab);
    this.swarm = scene.fleet.swarm;
    this.fleet = scene.fleet;
  }

  async kill(node: string, containerId: string): Promise<void> {
    await this.#scene.lab.node(node).docker.getContainer(containerId).kill();
  }

  /** Waits until Swarm knows of what helpers have left, and the engines have tried to give these networks up. */
  async settled(): Promise<void> {
    const containers = new Map(
      await Promise.all(
        [...this.fleet.engines].map(
          async ([node, engine]) => [node, (await engine.list()).containers] as const,
        ),
      ),
    );
    const held = new Map(
      [...containers.values()]
        .flat()
        .map(({ id, running, endpoints }) => [id, running ? endpoints.length : 0]),
    );
    await eventually(
      async () => {
        for (const [id, endpoints] of held)
          expect(await attachments(this.#scene.lab, id), `attachments of ${id}`).toBeLessThanOrEqual(
            endpoints,
          );
      },
      { timeoutMs: 40_000, message: 'Swarm knows what is attached' },
    );
    await this.#lettingGo.done(containers);
  }

  /** Takes everything away, without leaving a copy of a network on a node: a helper goes in, and out again last. */
  async clear(networks: readonly number[]): Promise<void> {
    const there = (await this.swarm.list()).networks;
    for (const index of networks) {
      const network = there.find(({ name }) => name === this.#scene.testbed.network(index).name);
      if (network === undefined) continue;
      await Promise.all(
        ['node1', 'node2'].map((node) =>
          eventually(
            async () => {
              const helper = await this.#scene.node(node).ensureHelper(HELPER_IMAGE);
              await this.#scene.node(node).connect(helper, network.id);
            },
            { timeoutMs: 30_000, message: `the helper of ${node} is in ${network.name}` },
          ),
        ),
      );
    }
    await this.#scene.clear();
  }
}
