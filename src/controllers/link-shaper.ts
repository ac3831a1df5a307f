import { changesNothing, diffShaping, isMarked } from '../core/diff/shaping.ts';
import type { RouterInterface, RouterState } from '../core/diff/observed-router.ts';
import { DockerError } from '../core/failure.ts';
import type { DesiredPath, DesiredShaping, RouterSetup } from '../core/plan/desired.ts';
import { needsNetem } from '../core/plan/link-shape.ts';
import { synRetriesOf } from '../core/plan/pace.ts';
import { addedMs } from '../core/prove/probe.ts';
import { treeOf } from '../core/render/tc.ts';
import type { ShapedEnd } from '../core/status/impaired.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkConsole } from '../ports/link-console.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { ConsoleTarget } from '../ports/router-console.ts';
import type { EventRecorder } from './event-recorder.ts';
import { NodeAnswers } from './node-answers.ts';

interface ShaperDeps {
  readonly links: LinkConsole;
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
  /** By network. */
  readonly ends: ReadonlyMap<string, ShapedEnd>;
  /** Interfaces that were shaped, by name: the router may have been read before that. */
  readonly devices: ReadonlySet<string>;
}

/** One interface of a router, and what it is to do to packets; undefined: nothing, any more. */
interface Task {
  readonly device: RouterInterface;
  readonly shaping: DesiredShaping | undefined;
}

/** Keeps the properties of links: at each end, in the router's network namespace, on the interface of the link. */
export class LinkShaper {
  readonly #deps: ShaperDeps;
  readonly #known = new Map<string, Known>();
  readonly #netem: NodeAnswers<boolean>;

  constructor(deps: ShaperDeps) {
    this.#deps = deps;
    this.#netem = new NodeAnswers(deps.clock, (has) => has);
  }

  /** What became of a router's end of a link; undefined: nobody has looked yet. */
  end(router: string, network: string): ShapedEnd | undefined {
    return this.#known.get(router)?.ends.get(network);
  }

  /** What the properties of a Path's links add to the time of a packet and its answer, in ms, as far as the kernels can. */
  addedMs(path: Pick<DesiredPath, 'links'>): number {
    return addedMs(path, (router, network) => this.end(router, network)?.lacksNetem !== true);
  }

  /** The router is gone, or has no container. */
  forget(router: string): void {
    this.#known.delete(router);
  }

  /** Whether another plan, or another container, waits to be looked at. */
  isDue(router: string, target: ConsoleTarget, shaping: readonly DesiredShaping[]): boolean {
    const known = this.#known.get(router);
    if (known === undefined) return shaping.length > 0;
    return known.containerId !== target.containerId || known.wanted !== JSON.stringify(shaping);
  }

  /**
   * Makes a router's interfaces as they should be. Asks the kernel nothing while no link of the router has properties, and none had.
   * @returns whether something new is to be said about its links.
   */
  async settle(
    router: string,
    target: ConsoleTarget,
    { shaping, sessions }: RouterSetup,
    state: RouterState,
    logger: Logger,
  ): Promise<boolean> {
    const before = this.#known.get(router);
    const mine = before?.containerId === target.containerId ? before.devices : new Set<string>();
    const tasks = tasksOf(shaping, state.interfaces, mine);
    if (shaping.length === 0 && tasks.length === 0) {
      this.forget(router);
      return before !== undefined && before.ends.size > 0;
    }
    const wanted = JSON.stringify(shaping);
    const same = before?.containerId === target.containerId && before.wanted === wanted ? before : undefined;
    const ends =
      tasks.length === 0
        ? new Map<string, ShapedEnd>()
        : await this.#attempt(
            router,
            target,
            { tasks, retries: synRetriesOf(sessions.map(({ pace }) => pace)) },
            same,
            logger,
          );
    const devices = new Set(
      tasks.flatMap(({ device, shaping: to }) => (to === undefined ? [] : device.name)),
    );
    this.#known.set(router, { containerId: target.containerId, wanted, ends, devices });
    return JSON.stringify([...ends]) !== JSON.stringify([...(before?.ends ?? [])]);
  }

  async #attempt(
    router: string,
    target: ConsoleTarget,
    { tasks, retries }: { readonly tasks: readonly Task[]; readonly retries: number | undefined },
    before: Known | undefined,
    logger: Logger,
  ): Promise<ReadonlyMap<string, ShapedEnd>> {
    const networks = tasks.flatMap(({ shaping }) => shaping?.network ?? []);
    try {
      if (retries !== undefined) {
        this.#deps.assertLeading();
        await this.#deps.links.allowTries(target, retries);
      }
      const end = await this.#shape(router, target, tasks, before, logger);
      return new Map(
        tasks.flatMap(({ shaping }) => (shaping === undefined ? [] : [[shaping.network, end(shaping)]])),
      );
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      const failure = error.message;
      logger.warn({ err: error }, 'links not shaped');
      this.#deps.events.warning({ kind: 'Router', name: router }, 'ShapingFailed', failure);
      return new Map(networks.map((network) => [network, { node: target.node, failure }]));
    }
  }

  /** @returns what to say of each end. */
  async #shape(
    router: string,
    target: ConsoleTarget,
    tasks: readonly Task[],
    before: Known | undefined,
    logger: Logger,
  ): Promise<(shaping: DesiredShaping) => ShapedEnd> {
    const { links, events, metrics, assertLeading } = this.#deps;
    const netem = tasks.some(({ shaping }) => shaping !== undefined && needsNetem(shaping.egress))
      ? await this.#netem.of(target.node, () => links.hasNetem(target))
      : false;
    const endOf = ({ egress }: DesiredShaping): ShapedEnd => ({
      node: target.node,
      ...(needsNetem(egress) && !netem && { lacksNetem: true as const }),
    });
    const seen = await links.read(
      target,
      tasks.map(({ device }) => device.name),
    );
    for (const { device, shaping } of tasks) {
      const observed = seen.find(({ name }) => name === device.name);
      if (observed === undefined) continue; // gone since the router was read: looked at again when it is back
      const wanted = shaping && {
        mtu: shaping.mtu,
        tree: treeOf(shaping.egress, shaping.control, netem),
      };
      const change = diffShaping(wanted, observed);
      if (changesNothing(change)) continue;
      assertLeading();
      logger.info({ device: device.name, link: shaping?.network, ...change }, 'shaping a link');
      await links.change(target, change);
      // The same interface was as it should be, and nobody wants anything else of it.
      const earlier = shaping && before?.ends.get(shaping.network);
      if (shaping === undefined || earlier === undefined || !isMarked(observed.alias)) continue;
      if (earlier.failure !== undefined || earlier.lacksNetem !== endOf(shaping).lacksNetem) continue;
      const message = `the properties of ${shaping.network} had been changed from outside; they were put back`;
      events.normal({ kind: 'Router', name: router }, 'ShapingReverted', message);
      metrics.repairs.increment({ type: 'shaping' });
    }
    return endOf;
  }
}

/** The interfaces that are to be shaped, and those that hinge has shaped and that are not any more. */
function tasksOf(
  shaping: readonly DesiredShaping[],
  interfaces: readonly RouterInterface[],
  shapedBefore: ReadonlySet<string>,
): readonly Task[] {
  const wanted = shaping.flatMap((one): Task[] => {
    const device = interfaces.find(({ address }) => address.startsWith(`${one.address}/`));
    return device === undefined ? [] : [{ device, shaping: one }];
  });
  const names = new Set(wanted.map(({ device }) => device.name));
  const left = interfaces.filter(
    ({ name, alias }) => (isMarked(alias) || shapedBefore.has(name)) && !names.has(name),
  );
  return [...wanted, ...left.map((device) => ({ device, shaping: undefined }))];
}
