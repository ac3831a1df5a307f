import type { EngineHint, Fleet, NodeEngine } from '../../../src/ports/node-engine.ts';
import { ModelEngine, type ModelTestbed } from './engine.ts';
import type { Faults } from './faults.ts';
import type { Wire } from './wire.ts';
import type { World } from './world.ts';

/** All engines of the model as one operator sees them. */
export class ModelFleet implements Fleet {
  readonly engines: ReadonlyMap<string, NodeEngine>;
  readonly #world: World;
  readonly #faults: Faults;

  constructor(world: World, wire: Wire, faults: Faults, testbed: ModelTestbed) {
    const engines = [...world.nodes.keys()].map(
      (name) => [name, new ModelEngine(name, world, wire, faults, testbed)] as const,
    );
    this.engines = new Map(engines);
    this.#world = world;
    this.#faults = faults;
  }

  onHint(listener: (hint: EngineHint) => void): () => void {
    const heard = (hint: EngineHint): void => {
      if (!this.#faults.deaf && !this.#faults.unreachable.has(hint.node)) listener(hint);
    };
    this.#world.listeners.add(heard);
    return () => this.#world.listeners.delete(heard);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
