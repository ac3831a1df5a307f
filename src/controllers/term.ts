import type { Keys } from '../api/keys.ts';
import type { Action } from '../core/diff/action.ts';
import type { DesiredIndex } from '../core/diff/desired-index.ts';
import type { DesiredPathLink } from '../core/plan/desired.ts';
import type { PlanSettings } from '../core/plan/settings.ts';
import type { Clock } from '../ports/clock.ts';
import type { HostConsole } from '../ports/host-console.ts';
import type { DeviceConsole } from '../ports/device-console.ts';
import type { LinkConsole } from '../ports/link-console.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Fleet } from '../ports/node-engine.ts';
import type { ObjectStore, Term } from '../ports/object-store.ts';
import type { RouterConsole } from '../ports/router-console.ts';
import type { SegmentConsole } from '../ports/segment-console.ts';
import type { Swarm } from '../ports/swarm.ts';
import { Bound } from '../runtime/bound.ts';
import { Controller, type Reconcile } from '../runtime/controller.ts';
import { Applier } from './apply.ts';
import { bootFiles } from './boot.ts';
import type { Context, Unit } from './context.ts';
import { Convergence } from './convergence.ts';
import { EventRecorder } from './event-recorder.ts';
import { experimentReconciler } from './experiment.ts';
import { FencedWriter } from './fenced-writer.ts';
import { helperReconciler } from './helper.ts';
import { type IntakeDeps, IntakeLoop } from './intake.ts';
import { DeviceKeeper } from './device-keeper.ts';
import { ImageKeeper } from './image-keeper.ts';
import { LinkShaper } from './link-shaper.ts';
import { networkReconciler } from './network.ts';
import { Observation } from './observation.ts';
import { pathReconciler } from './path.ts';
import { Prover } from './prover.ts';
import { RETRY_MS } from './reading-cache.ts';
import { recallAccepted, recallAllocations } from './recall.ts';
import { Rollout } from './rollout.ts';
import { routerReconciler } from './router.ts';
import { RouterStates } from './router-states.ts';
import { SecretBook } from './secret-book.ts';
import { SegmentKeeper } from './segment-keeper.ts';
import { SessionDoctor } from './session-doctor.ts';
import { storeMemoryReconciler } from './store-memory.ts';
import { StatusBook } from './status-book.ts';
import { Sweep } from './sweep.ts';
import { Testbed } from './testbed.ts';
import { Trust } from './trust.ts';
import type { Watermark } from './watermark.ts';

export interface OperatorDeps {
  readonly keys: Keys;
  readonly store: ObjectStore;
  readonly swarm: Swarm;
  readonly fleet: Fleet;
  readonly routers: RouterConsole;
  readonly hosts: HostConsole;
  readonly links: LinkConsole;
  readonly segments: SegmentConsole;
  readonly devices: DeviceConsole;
  readonly clock: Clock;
  readonly random: () => number;
  /** A new UUID at each call. */
  readonly uuid: () => string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly plan: PlanSettings;
  readonly helperImage: string;
  readonly resyncMs: number;
  readonly proofIntervalMs: number;
  readonly concurrency: number;
  readonly eventTtlSeconds: number;
  /** More than this share of the objects deleted at a time need a confirmation; undefined: none ever does. */
  readonly deletionShare: number | undefined;
}

/** Hints come in bursts; one look serves all that come within this many ms. */
const SWEEP_MS = 150;
/** On busy engines a look takes long, and costs them what they need for the work itself: this many times as long passes before the next. */
const SWEEP_PAUSE = 5;
/** What an event tells is noticed within 2 s: this much of it is waiting. */
const SWEEP_MAX_MS = 1_000;
/** Paths and Experiments that are proven at a time: they mostly wait for packets. */
const PROOFS_AT_A_TIME = 32;
const RECONCILE_TIMEOUT_MS = 120_000;

/** Everything that one term of leadership does, from the first list to the end of the last reconcile. Returns when the term ends. */
export async function serveTerm(
  deps: OperatorDeps,
  term: Term,
  watermark: Watermark,
  stop: AbortSignal,
): Promise<void> {
  const { store, keys, logger, fleet } = deps;
  const distrusted = new AbortController();
  const over = AbortSignal.any([term.signal, distrusted.signal]);
  const ended = AbortSignal.any([over, stop]);
  const writer = new FencedWriter(store, term.fence);
  const events = new EventRecorder({ ...deps, writer, ttlSeconds: deps.eventTtlSeconds });
  const cluster = await new Trust(deps, term.fence, events, watermark).cluster(ended);
  if (cluster === undefined) return;
  const controllers = new Map<string, Controller>();
  let sweepTook = 0;
  const sweepSoon = (): void =>
    controllers
      .get('sweep')
      ?.addAfter(ALL, Math.min(Math.max(SWEEP_MS, SWEEP_PAUSE * sweepTook), SWEEP_MAX_MS));
  const context = await assemble(deps, over, { writer, events }, controllers, sweepSoon);
  const distrust = (why: string): void => {
    logger.error({ why }, 'the store is not the one that it was: this term ends');
    distrusted.abort(new Error(why));
  };
  const loop = await intakeLoop(deps, context, { fence: term.fence, cluster, watermark, distrust });
  const sweep = new Sweep(context, () => controllers.get('intake')?.add(ALL));
  const reconcilers: Readonly<Record<Unit | 'intake' | 'sweep' | 'memory', Reconcile>> = {
    intake: async (_key, scope) => {
      await loop.run(scope.logger);
      context.images.wake();
      controllers.get('sweep')?.add(ALL);
      controllers.get('memory')?.add(ALL);
      return {};
    },
    memory: storeMemoryReconciler(deps.swarm, cluster, () => loop.empty),
    sweep: async () => {
      const began = deps.clock.monotonicMs();
      await sweep.run();
      sweepTook = deps.clock.monotonicMs() - began;
      // Of an engine that was away nothing is heard before its events are listened to again.
      const againMs = context.observation.incomplete
        ? Math.max(RETRY_MS, SWEEP_PAUSE * sweepTook)
        : deps.resyncMs;
      return { requeueAfterMs: Math.min(againMs, deps.resyncMs) };
    },
    helper: helperReconciler(context),
    network: networkReconciler(context),
    router: routerReconciler(context),
    path: pathReconciler(context),
    experiment: experimentReconciler(context),
  };
  const doing = new Bound(deps.concurrency);
  const proving = new Bound(PROOFS_AT_A_TIME);
  for (const [name, reconcile] of Object.entries(reconcilers)) {
    // Deciding never queues behind doing, nor doing behind waiting for packets.
    const concurrency =
      name === 'intake' || name === 'sweep' ? 1 : name === 'path' || name === 'experiment' ? proving : doing;
    const options = { ...deps, name, reconcile, queue: { concurrency }, timeoutMs: RECONCILE_TIMEOUT_MS };
    controllers.set(name, new Controller(options));
  }
  const unsubscribe = fleet.onHint((hint) => {
    context.images.hinted(hint);
    if (hint.about === 'images') return;
    context.observation.hinted(hint);
    sweepSoon();
  });
  await context.observation.refresh();
  const unwatches = [keys.desired, keys.confirmations, keys.secrets].map((prefix) =>
    store.watch(prefix, () => controllers.get('intake')?.add(ALL), deps.resyncMs),
  );
  controllers.get('intake')?.add(ALL);
  logger.info({ nodes: [...fleet.engines.keys()], prefix: keys.prefix }, 'leading');
  try {
    await aborted(ended);
  } finally {
    unsubscribe();
    await Promise.all([
      ...unwatches.map((unwatch) => unwatch()),
      ...[...controllers.values()].map((controller) => controller.stop()),
    ]);
    deps.metrics.deletionsHeld.set({}, 0);
    logger.info({}, 'no longer leading');
  }
}

/** The one key of controllers that look at everything. */
const ALL = 'all';

async function assemble(
  deps: OperatorDeps,
  over: AbortSignal,
  { writer, events }: { readonly writer: FencedWriter; readonly events: EventRecorder },
  controllers: ReadonlyMap<string, Controller>,
  sweepSoon: () => void,
): Promise<Context> {
  const { store, keys, clock, metrics } = deps;
  const statuses = new StatusBook(keys, writer, (await store.list(keys.status)).entries);
  const observation = new Observation({ ...deps, relistMs: deps.resyncMs, changed: sweepSoon });
  const testbed = new Testbed();
  const assertLeading = (): void => over.throwIfAborted();
  const report = (action: Action, outcome: 'done' | 'failed'): void => {
    metrics.actions.increment({ type: action.type, outcome });
    sweepSoon();
  };
  const routerStates = new RouterStates(clock);
  const enqueue = (unit: Unit, key: string): void => controllers.get(unit)?.add(key);
  const shared = { ...deps, testbed, observation, events, statuses, routerStates, assertLeading };
  const shaper = new LinkShaper(shared);
  const secrets = new SecretBook(keys.secrets);
  const images = new ImageKeeper({
    ...shared,
    secrets,
    over,
    maxAgeMs: deps.resyncMs,
    enqueueOwner: ({ kind, name }) => enqueue(kind === 'Router' ? 'router' : 'experiment', name),
  });
  return {
    ...shared,
    applier: new Applier({
      ...shared,
      report,
      credentials: (workload) => images.credentials(workload),
      bootFiles: (action) => bootFiles({ ...shared, secrets }, action),
    }),
    convergence: new Convergence(clock, metrics),
    busy: new Set(),
    networkFailures: new Map(),
    rollout: new Rollout({ ...shared, images }),
    secrets,
    images,
    prover: new Prover({ ...shared, intervalMs: deps.proofIntervalMs }),
    doctor: new SessionDoctor({
      ...shared,
      enqueueNetwork: (key) => enqueue('network', key),
      addedMs: (network) => shaper.addedMs({ links: linksOver(testbed.desired, network) }),
    }),
    shaper,
    keeper: new SegmentKeeper(shared),
    lans: new DeviceKeeper({ ...shared, resyncMs: deps.resyncMs }),
    enqueue,
    look: sweepSoon,
  };
}

/** A link as a Path has it; none when no Path does. */
function linksOver({ paths }: DesiredIndex, network: string): readonly DesiredPathLink[] {
  for (const { links } of paths.values()) {
    const link = links.find((each) => each.network === network);
    if (link !== undefined) return [link];
  }
  return [];
}

async function intakeLoop(
  deps: OperatorDeps,
  context: Context,
  ties: Pick<IntakeDeps, 'fence' | 'cluster' | 'watermark' | 'distrust'>,
): Promise<IntakeLoop> {
  const { store, keys } = deps;
  const [accepted, allocations] = await Promise.all([
    store.list(keys.accepted),
    store.list(keys.allocations),
  ]);
  return new IntakeLoop(context, {
    ...ties,
    store,
    settings: deps.plan,
    deletionShare: deps.deletionShare,
    accepted: recallAccepted(keys, accepted.entries),
    allocations: recallAllocations(keys, allocations.entries),
  });
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
