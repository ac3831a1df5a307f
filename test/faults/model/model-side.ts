import { Faults } from '../../support/model/faults.ts';
import { ModelFleet } from '../../support/model/fleet.ts';
import { Hand } from '../../support/model/hand.ts';
import { ModelSwarm } from '../../support/model/swarm.ts';
import { Tasks } from '../../support/model/tasks.ts';
import { Wire } from '../../support/model/wire.ts';
import { World } from '../../support/model/world.ts';
import { ROUTER_LABEL } from '../../../src/core/plan/labels.ts';
import { ManualClock } from '../../unit/runtime/manual-clock.ts';
import type { Testbed } from '../../support/workload.ts';
import type { Side } from './side.ts';

/** After so many ms of the model's time nothing goes on in it any more. */
const SETTLED_MS = 20_000;

/** The model of Swarm, without any fault on the way. */
export class ModelSide implements Side {
  readonly swarm: ModelSwarm;
  readonly fleet: ModelFleet;
  readonly #clock = new ManualClock();
  readonly #world: World;
  readonly #hand: Hand;

  constructor(nodes: readonly string[], testbed: Testbed) {
    const clock = this.#clock;
    this.#world = new World(clock, nodes);
    const tasks = new Tasks(this.#world, { startMs: 700, stopMs: 400, restartMs: 500, noticeMs: 5_000 });
    this.#hand = new Hand(this.#world, tasks, testbed.prefix);
    const faults = new Faults();
    const ignore = (): void => undefined;
    const wire = new Wire({ clock, faults, random: () => 0, crash: ignore, told: ignore });
    this.swarm = new ModelSwarm(this.#world, tasks, wire, testbed.prefix);
    this.fleet = new ModelFleet(this.#world, wire, faults, testbed);
  }

  kill(node: string, containerId: string): Promise<void> {
    const there = this.#world.node(node);
    const placed = { node: there, container: this.#world.container(there, containerId) };
    // To an engine that is a user's wish, so that it does not start a router again; Swarm does not know.
    if (ROUTER_LABEL in placed.container.labels) this.#hand.stop(placed);
    else this.#hand.kill(placed);
    return Promise.resolve();
  }

  /** Lets what is done come to its end. */
  async after<T>(what: Promise<T>): Promise<T> {
    what.catch(() => undefined);
    await this.#clock.advance(SETTLED_MS);
    return what;
  }

  /** Whether a node has a copy of a network that goes only when Swarm attaches something there again. */
  leaves(name: string): boolean {
    return [...this.#world.nodes.values()].some((node) =>
      [...node.copies.values()].some(
        (network) =>
          network.name === name && !this.#world.endpoints(network.id, node).some(({ managed }) => managed),
      ),
    );
  }
}
