import type { ReplacementStatus, RouterStatus } from '../api/status.ts';
import { diffWorkload } from '../core/diff/workload.ts';
import {
  isBack,
  isKept,
  KEPT_MS,
  replacedFields,
  type Return,
  type RollingRouter,
  type Turn,
  waitingTurns,
} from '../core/diff/rolling.ts';
import type { DesiredIndex } from '../core/diff/desired-index.ts';
import type { ObservedIndex, PlacedContainer } from '../core/diff/observed-index.ts';
import type { Clock } from '../ports/clock.ts';
import type { RouterConsole } from '../ports/router-console.ts';
import { Lasting } from './lasting.ts';
import type { ImageKeeper } from './image-keeper.ts';
import type { Observation } from './observation.ts';
import { routerTarget } from './router-target.ts';
import type { StatusBook } from './status-book.ts';
import type { Testbed } from './testbed.ts';

interface RolloutDeps {
  readonly clock: Clock;
  readonly testbed: Testbed;
  readonly observation: Observation;
  readonly statuses: StatusBook;
  readonly routers: RouterConsole;
  readonly images: Pick<ImageKeeper, 'isHeld'>;
}

type LookedAt = Omit<RollingRouter, 'replacement'>;

/** What the routers of a plan are like at a look. */
interface Compared {
  readonly desired: DesiredIndex;
  readonly index: ObservedIndex;
  readonly routers: readonly LookedAt[];
}

/**
 * Whose container may be replaced now. Which replacements are under way is in the routers' statuses, written before anything is replaced: the
 * next operator goes on from there.
 */
export class Rollout {
  readonly #deps: RolloutDeps;
  /** What to add to monotonic time for the time of day as it was when this term began: a clock that is set later changes nobody's turn. Ms */
  readonly #epochMs: number;
  readonly #replacements = new Map<string, ReplacementStatus>();
  readonly #keptFor: Lasting;
  #compared: Compared | undefined;

  constructor(deps: RolloutDeps) {
    this.#deps = deps;
    this.#keptFor = new Lasting(deps.clock);
    this.#epochMs = Date.parse(deps.clock.now()) - deps.clock.monotonicMs();
    for (const { kind, name } of deps.statuses.refs()) {
      const replacement = kind === 'Router' ? deps.statuses.get({ kind, name })?.replacement : undefined;
      if (replacement === undefined) continue;
      // The clock of who began it may have been ahead of this one.
      const since = Date.parse(replacement.since) > this.#nowMs() ? this.#now() : replacement.since;
      this.#replacements.set(name, { ...replacement, since });
    }
  }

  /** The replacement of a router that is under way. */
  of(name: string): ReplacementStatus | undefined {
    return this.#replacements.get(name);
  }

  /** By workload: routers that may not be replaced yet. */
  waiting(): ReadonlyMap<string, Turn> {
    const routers = this.#routers().map((router) => ({
      ...router,
      // Nobody waits for who waits for an image.
      differs: router.differs && !this.#deps.images.isHeld(`router/${router.name}`),
      replacement: this.#replacements.get(router.name),
    }));
    const turns = waitingTurns(routers, this.#nowMs());
    return new Map([...turns].map(([name, turn]) => [`router/${name}`, turn]));
  }

  /** Compared once for each look and each plan, however many routers ask. */
  #routers(): readonly LookedAt[] {
    const { testbed, observation } = this.#deps;
    const { desired } = testbed;
    const index = observation.latest;
    if (this.#compared?.desired !== desired || this.#compared.index !== index) {
      const routers = [...desired.workloads.values()].flatMap((workload): LookedAt[] => {
        const { key, owner } = workload;
        if (owner.kind !== 'Router' || testbed.isFrozen(owner)) return [];
        const differs = replacedFields(diffWorkload(key, workload, index)).length > 0;
        return [{ name: owner.name, differs, down: index.isDown(key) }];
      });
      this.#compared = { desired, index, routers };
    }
    return this.#compared.routers;
  }

  /**
   * Takes the turn that a router has, at once, so that nobody else has it, and then for good: when this returns it may be replaced.
   * @param fields for which it is replaced.
   */
  async begin(name: string, fields: readonly string[]): Promise<void> {
    const { observation, statuses } = this.#deps;
    const ref = { kind: 'Router', name } as const;
    const placed = observation.latest.inside(`router/${name}`);
    const earlier = this.#replacements.get(name);
    // Nothing runs, and nobody waits for it: there is nothing to remember.
    if (placed === undefined && earlier === undefined) return;
    const taken: ReplacementStatus = {
      since: earlier?.since ?? this.#now(),
      container: placed?.container.id ?? earlier?.container ?? '',
      fields,
      sessions: earlier?.sessions ?? [],
    };
    this.#replacements.set(name, taken);
    const status = statuses.get(ref);
    const established = await this.#established(placed, status);
    const replacement = { ...taken, sessions: [...new Set([...taken.sessions, ...established])].sort() };
    this.#replacements.set(name, replacement);
    await statuses.put(ref, { observedGeneration: 0, conditions: [], ...status, replacement });
  }

  /** Peers with which sessions are established now; as far as was known last, when the router cannot be read. */
  async #established(
    placed: PlacedContainer | undefined,
    status: RouterStatus | undefined,
  ): Promise<readonly string[]> {
    let sessions: readonly { readonly address: string; readonly state: string }[] = status?.sessions ?? [];
    if (placed !== undefined) {
      const read = await this.#deps.routers.read(routerTarget(placed)).catch(() => undefined);
      if (read?.ready === true) ({ sessions } = read);
    }
    return sessions.filter(({ state }) => state === 'Established').map(({ address }) => address);
  }

  /** Ends the replacement of a router that is back, or that keeps its container. @returns undefined: it goes on. */
  review(name: string, found: Return): 'back' | 'kept' | undefined {
    const replacement = this.#replacements.get(name);
    const kept = replacement !== undefined && isKept(replacement, found);
    const keptMs = this.#keptFor.ms(name, kept) ?? 0;
    if (replacement === undefined) return undefined;
    const ended = isBack(replacement, found) ? 'back' : keptMs >= KEPT_MS ? 'kept' : undefined;
    if (ended !== undefined) this.forget(name);
    return ended;
  }

  #nowMs(): number {
    return this.#epochMs + this.#deps.clock.monotonicMs();
  }

  /** RFC 3339. */
  #now(): string {
    return new Date(this.#nowMs()).toISOString();
  }

  /** The router is not planned any more. */
  forget(name: string): void {
    this.#keptFor.ms(name, false);
    this.#replacements.delete(name);
  }
}
