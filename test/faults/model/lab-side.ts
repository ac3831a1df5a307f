import { expect } from 'vitest';
import type { ObservedContainer } from '../../../src/core/diff/observed.ts';
import { HELPER_LABEL } from '../../../src/core/plan/labels.ts';
import type { Fleet } from '../../../src/ports/node-engine.ts';
import type { Swarm } from '../../../src/ports/swarm.ts';
import { eventually } from '../../support/eventually.ts';
import { attachments } from '../../support/attachments.ts';
import { HELPER_IMAGE, type Scene } from '../../support/scene.ts';
import type { Barrier } from './barrier.ts';
import type { Side } from './side.ts';

type Held = ReadonlyMap<string, ReadonlySet<string>>;

/** The lab, through the adapters. */
export class LabSide implements Side {
  readonly swarm: Swarm;
  readonly fleet: Fleet;
  readonly #scene: Scene;
  readonly #barrier: Barrier;
  /** Of the running helpers, by node, when things had settled last: ids of the networks that they were in. */
  #held: Held = new Map();

  constructor(scene: Scene, barrier: Barrier) {
    this.#scene = scene;
    this.#barrier = barrier;
    this.swarm = scene.fleet.swarm;
    this.fleet = scene.fleet;
  }

  async kill(node: string, containerId: string): Promise<void> {
    await this.#scene.lab.node(node).docker.getContainer(containerId).kill();
  }

  /** Waits until Swarm has ended its updates and knows of what helpers have left, and the engines have tried to give these networks up. */
  async settled(): Promise<void> {
    // Until then a task that is to go still runs, and the next one, which does not run yet, looks like one that is dead.
    await eventually(
      async () => expect((await this.swarm.list()).services.filter(({ updating }) => updating)).toEqual([]),
      { timeoutMs: 40_000, message: 'Swarm has updated what it is told to' },
    );
    const listed = await Promise.all(
      [...this.fleet.engines].map(
        async ([node, engine]) => [node, (await engine.list()).containers] as const,
      ),
    );
    const endpoints = listed
      .flatMap(([, containers]) => containers)
      .map((container) => [container.id, networksOf(container).size] as const);
    await eventually(
      async () => {
        for (const [id, count] of endpoints)
          expect(await attachments(this.#scene.lab, id), `attachments of ${id}`).toBeLessThanOrEqual(count);
      },
      { timeoutMs: 40_000, message: 'Swarm knows what is attached' },
    );
    const held = heldIn(listed);
    const left = [...this.#held].filter(([node, before]) =>
      [...before].some((network) => held.get(node)?.has(network) !== true),
    );
    await Promise.all(left.map(([node]) => this.#barrier.pass(node)));
    this.#held = held;
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

const networksOf = ({ running, endpoints }: ObservedContainer): ReadonlySet<string> =>
  new Set(running ? endpoints.map(({ networkId }) => networkId) : []);

const heldIn = (listed: readonly (readonly [string, readonly ObservedContainer[]])[]): Held =>
  new Map(
    listed.map(([node, containers]) => {
      const helper = containers.find(({ labels }) => labels[HELPER_LABEL] !== undefined);
      return [node, helper === undefined ? new Set<string>() : networksOf(helper)];
    }),
  );
