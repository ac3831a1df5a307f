import { changesNoSegments, diffSegments } from '../core/diff/segments.ts';
import type { RouterState } from '../core/diff/observed-router.ts';
import { DockerError } from '../core/failure.ts';
import type { SegmentSetup } from '../core/plan/desired-segments.ts';
import type { SegmentedRouter } from '../core/status/segmented.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { ConsoleTarget } from '../ports/router-console.ts';
import type { SegmentConsole } from '../ports/segment-console.ts';
import type { EventRecorder } from './event-recorder.ts';
import { NodeAnswers } from './node-answers.ts';

interface KeeperDeps {
  readonly segments: SegmentConsole;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  /** @throws when this operator does not lead any more. */
  readonly assertLeading: () => void;
}

interface Known {
  readonly containerId: string;
  /** What was wanted, as text. */
  readonly wanted: string;
  /** The interfaces that there were, as text. */
  readonly devices: string;
  readonly state: SegmentedRouter;
  /** The filter table as nft printed it after it was put there. */
  readonly filter: string | undefined;
}

/** Keeps SRv6 in the kernels of routers: SIDs, ways to the neighbours' SIDs, and what is sent along segments. */
export class SegmentKeeper {
  readonly #deps: KeeperDeps;
  readonly #known = new Map<string, Known>();
  /** What they lack; empty: nothing. */
  readonly #lacks: NodeAnswers<string>;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#lacks = new NodeAnswers(deps.clock, (lacks) => lacks === '');
  }

  /** What became of a router; undefined: nobody has looked yet. */
  router(name: string): SegmentedRouter | undefined {
    return this.#known.get(name)?.state;
  }

  /** The router is gone, or has no container. */
  forget(router: string): void {
    this.#known.delete(router);
  }

  /** Whether another plan, or another container, waits to be looked at. */
  isDue(router: string, target: ConsoleTarget, setup: SegmentSetup | undefined): boolean {
    const known = this.#known.get(router);
    if (known === undefined) return setup !== undefined;
    return known.containerId !== target.containerId || known.wanted !== textOf(setup);
  }

  /**
   * Makes a router's kernel as it should be. Asks it nothing while nothing is wanted, and nothing was.
   * @returns whether something new is to be said about the router.
   */
  async settle(
    router: string,
    target: ConsoleTarget,
    setup: SegmentSetup | undefined,
    state: RouterState,
    logger: Logger,
  ): Promise<boolean> {
    const known = this.#known.get(router);
    const before = known?.containerId === target.containerId ? known : undefined;
    const unused = setup === undefined && before === undefined && state.segmentSource === undefined;
    if (unused) {
      this.forget(router);
      return known !== undefined;
    }
    const now = await this.#attempt(router, target, setup, state, before, logger);
    if (setup === undefined && now.state.failure === undefined) this.forget(router);
    else this.#known.set(router, now);
    return JSON.stringify(known?.state) !== JSON.stringify(now.state);
  }

  async #attempt(
    router: string,
    target: ConsoleTarget,
    setup: SegmentSetup | undefined,
    state: RouterState,
    before: Known | undefined,
    logger: Logger,
  ): Promise<Known> {
    const { containerId, node } = target;
    const known = { containerId, wanted: textOf(setup), devices: JSON.stringify(state.interfaces) };
    try {
      const lacks = await this.#lacks.of(node, () => this.#deps.segments.lacks(target));
      if (lacks !== '') return { ...known, state: { node, lacks }, filter: undefined };
      const filter = await this.#program(router, target, setup, state, before, logger);
      return { ...known, state: { node }, filter };
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      const failure = error.message;
      logger.warn({ err: error }, 'segments not set up');
      this.#deps.events.warning({ kind: 'Router', name: router }, 'SegmentsFailed', failure);
      return { ...known, state: { node, failure }, filter: undefined };
    }
  }

  /** @returns the filter table that is there now. */
  async #program(
    router: string,
    target: ConsoleTarget,
    setup: SegmentSetup | undefined,
    { interfaces }: RouterState,
    before: Known | undefined,
    logger: Logger,
  ): Promise<string | undefined> {
    const { segments, events, metrics, assertLeading } = this.#deps;
    const deviceOf = (address: string): string | undefined =>
      interfaces.find((each) => each.address.startsWith(`${address}/`))?.name;
    const same = before?.wanted === textOf(setup);
    const seen = await segments.read(target);
    const change = diffSegments(setup, seen, deviceOf, same ? before.filter : undefined);
    if (changesNoSegments(change)) return seen.filter;
    assertLeading();
    logger.info({ ...change }, 'setting up segments');
    const filter = await segments.change(target, change);
    // Interfaces come and go; what has nothing to do with them was as it should be, and nobody wants anything else.
    const touched = same && before.filter !== undefined && before.devices === JSON.stringify(interfaces);
    if (touched && change.open.length === 0) {
      const what = [...change.remove, ...change.put].join(' | ') || 'the filter or the source';
      const message = `SRv6 in the kernel had been changed from outside; it was put back: ${what}`;
      events.normal({ kind: 'Router', name: router }, 'SegmentsReverted', message);
      metrics.repairs.increment({ type: 'segments' });
    }
    return filter;
  }
}

const textOf = (setup: SegmentSetup | undefined): string => JSON.stringify(setup ?? null);
