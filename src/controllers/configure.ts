import { DockerError, RouterRefusal } from '../core/failure.ts';
import type { RouterState } from '../core/diff/observed-router.ts';
import { runsPlan, wantedNow } from '../core/diff/wanted-configuration.ts';
import type { RouterSetup } from '../core/plan/desired.ts';
import type { RouterTarget } from '../ports/router-console.ts';
import type { Logger } from '../ports/logger.ts';
import type { Context } from './context.ts';

export interface Settled {
  readonly state: RouterState | undefined;
  readonly failure: { readonly reason: string; readonly message: string } | undefined;
  /** It was not read, and is to be in this many ms. */
  readonly dueMs?: number;
}

interface Target extends RouterTarget {
  /** For how many ms all its links have been plugged in, at both ends; undefined: they are not. */
  readonly wiredMs: number | undefined;
}

/** BGP needs a moment after the last plug, in ms; before that there is nothing new to be seen. */
const SPEAKING_MS = 1_000;
/** What reads its configuration by itself when it starts is looked at again after this many ms. */
const BOOTING_MS = 2_000;
/** To read a router costs it a tenth of a second of computing: it is not done more often than once in so many ms. */
const READ_AGAIN_MS = 2_000;
/** After an engine could not be asked: what cut the call off is over in most cases, and a sick engine is not asked often. */
const UNREACHED_MS = 5_000;

/**
 * Reads a router, gives it its configuration if it runs another, and says what is true afterwards. What was read a moment ago is not read
 * again.
 */
export async function settleRouter(
  context: Context,
  name: string,
  setup: RouterSetup,
  target: Target,
  logger: Logger,
): Promise<Settled> {
  const { routers, routerStates, events, secrets } = context;
  const known = routerStates.get(name, target.containerId);
  const dueMs =
    known?.appliedHash === wantedNow(setup, known).hash ? dueInMs(context, name, target.wiredMs) : 0;
  if (dueMs > 0) return { state: known, failure: undefined, dueMs };
  let state: RouterState | undefined;
  try {
    state = await routers.read(target);
    if (state.boots === true) return { state, failure: undefined, dueMs: BOOTING_MS };
    const wanted = wantedNow(setup, state);
    const fresh = state.appliedHash === undefined;
    const frozen = context.testbed.isFrozen({ kind: 'Router', name });
    if (!frozen && (fresh || state.drift.length > 0 || state.appliedHash !== wanted.hash)) {
      const why = fresh ? 'first' : reasonToChange(setup, state);
      const detail = driftText(state.drift);
      context.assertLeading();
      logger.info({ why, drift: state.drift, hash: wanted.hash }, 'configuring router');
      state = await routers.configure(target, secrets.filled(setup.platform, wanted), fresh);
      // Part of coming up, and nothing that a user would want to be told.
      if (why !== 'watch')
        events.normal({ kind: 'Router', name }, EVENTS[why].reason, `${EVENTS[why].message}${detail}`);
      if (why === 'drift') context.metrics.repairs.increment({ type: 'configuration' });
    }
    return { state, failure: undefined };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    if (error instanceof RouterRefusal && error.reason === 'Refused')
      routerStates.refused(name, setup.configuration);
    logger.warn({ err: error }, 'router not configured');
    events.warning({ kind: 'Router', name }, failure.reason, failure.message);
    return { state, failure, ...(error instanceof DockerError && { dueMs: UNREACHED_MS }) };
  } finally {
    if (state !== undefined) routerStates.set(name, target.containerId, state);
  }
}

function reasonToChange(setup: RouterSetup, state: RouterState): keyof typeof EVENTS | 'watch' {
  if (state.drift.length > 0) return 'drift';
  return runsPlan(setup, state) ? 'watch' : 'change';
}

/** In how many ms a router is to be read that runs its configuration; 0: now. */
function dueInMs({ routerStates, resyncMs }: Context, name: string, wiredMs: number | undefined): number {
  const age = routerStates.age(name);
  // Links come one after the other, and each is a reason to look here: nothing new is to be seen before the last one.
  if (wiredMs === undefined) return Math.max(0, resyncMs - age);
  // What was read since the last plug does not say what came of it.
  return Math.max(0, READ_AGAIN_MS - age, SPEAKING_MS - wiredMs);
}

const EVENTS = {
  first: { reason: 'Configured', message: 'a new container got its configuration' },
  change: { reason: 'Reconfigured', message: 'the configuration was changed to the new plan' },
  drift: {
    reason: 'DriftReverted',
    message: 'the running configuration had been changed from outside; it was put back: ',
  },
} as const;

/** Lines of drift that an event shows. */
const DRIFT_LINES = 10;

function driftText(drift: readonly string[]): string {
  const more = drift.length > DRIFT_LINES ? `, and ${String(drift.length - DRIFT_LINES)} more lines` : '';
  return `${drift.slice(0, DRIFT_LINES).join(' | ')}${more}`;
}

function failureOf(error: unknown): Settled['failure'] {
  if (error instanceof RouterRefusal) return { reason: error.reason, message: error.message };
  if (error instanceof DockerError) return { reason: 'RouterUnreachable', message: error.message };
  return undefined;
}
