import { ObservedIndex } from '../core/diff/observed-index.ts';
import type { Observed, ObservedNode, ObservedSwarm } from '../core/diff/observed.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineHint, Fleet } from '../ports/node-engine.ts';
import type { Swarm } from '../ports/swarm.ts';
import { ReadingCache } from './reading-cache.ts';

const UNREAD: Observed = { swarm: { ok: false, error: 'the Swarm was not read yet' }, nodes: new Map() };

/**
 * What Docker says, shared by all reconciles: one list call per engine serves everyone, and none is made while nothing may have changed.
 * Hints and our own actions invalidate; every part is read again after `relistMs` in any case, since hints get lost.
 */
export class Observation {
  readonly #swarm: ReadingCache<ObservedSwarm>;
  readonly #nodes: ReadonlyMap<string, ReadingCache<ObservedNode>>;
  #index = new ObservedIndex(UNREAD);

  /** @param changed called when a part that could not be read can be read again. */
  constructor(deps: { swarm: Swarm; fleet: Fleet; clock: Clock; relistMs: number; changed: () => void }) {
    const { swarm, fleet, clock } = deps;
    const options = { clock, maxAgeMs: deps.relistMs, recovered: deps.changed };
    this.#swarm = new ReadingCache(() => swarm.list(), options);
    this.#nodes = new Map(
      [...fleet.engines].map(([name, engine]) => [name, new ReadingCache(() => engine.list(), options)]),
    );
  }

  invalidateSwarm(): void {
    this.#swarm.invalidate();
  }

  invalidateNode(node: string): void {
    this.#nodes.get(node)?.invalidate();
  }

  hinted(hint: EngineHint): void {
    if (hint.about === 'images') return;
    if (hint.about !== 'swarm') this.invalidateNode(hint.node);
    if (hint.about !== 'containers') this.invalidateSwarm();
  }

  /** What the last refresh found. */
  get latest(): ObservedIndex {
    return this.#index;
  }

  /** Whether something could not be read when it was refreshed last. */
  get incomplete(): boolean {
    return !this.#index.swarm.ok || this.#index.unreadable().length > 0;
  }

  /** Reads again what may have changed. */
  async refresh(): Promise<ObservedIndex> {
    const [swarm, nodes] = await Promise.all([
      this.#swarm.read(),
      Promise.all([...this.#nodes].map(async ([name, cache]) => [name, await cache.read()] as const)),
    ]);
    const before = this.#index;
    const same =
      before.swarm === swarm && nodes.every(([name, reading]) => before.nodes.get(name) === reading);
    if (!same) this.#index = new ObservedIndex({ swarm, nodes: new Map(nodes) });
    return this.#index;
  }
}
