import { DockerError, RouterRefusal } from '../core/failure.ts';
import type { RouterState } from '../core/diff/observed-router.ts';
import type { RouterSetup } from '../core/plan/desired.ts';
import type { ConsoleTarget } from '../ports/router-console.ts';
import type { Logger } from '../ports/logger.ts';
import type { Context } from './context.ts';

export interface Settled {
  readonly state: RouterState | undefined;
  readonly failure: { readonly reason: string; readonly message: string } | undefined;
}

interface Target extends ConsoleTarget {
  /** All its links are plugged in, at both ends. */
  readonly wired: boolean;
}

/** Reads a router, gives it its configuration if it runs another, and says what is true afterwards. */
export async function settleRouter(
  context: Context,
  name: string,
  setup: RouterSetup,
  target: Target,
  logger: Logger,
): Promise<Settled> {
  const { routers, routerStates, events } = context;
  const known = routerStates.get(name, target.containerId);
  // Links come one after the other, and each is a reason to look here: nothing new is to be seen before the last one.
  const early = !target.wired && routerStates.age(name) < context.resyncMs;
  if (early && known?.appliedHash === setup.configuration.hash) return { state: known, failure: undefined };
  let state: RouterState | undefined;
  try {
    state = await routers.read(target);
    const fresh = state.appliedHash === undefined;
    const frozen = context.testbed.isFrozen({ kind: 'Router', name });
    if (!frozen && (fresh || state.drift.length > 0 || state.appliedHash !== setup.configuration.hash)) {
      const why = fresh ? 'first' : state.drift.length > 0 ? 'drift' : 'change';
      const detail = driftText(state.drift);
      logger.info({ why, drift: state.drift, hash: setup.configuration.hash }, 'configuring router');
      context.assertLeading();
      state = await routers.configure(target, setup.configuration, fresh);
      events.normal({ kind: 'Router', name }, EVENTS[why].reason, `${EVENTS[why].message}${detail}`);
      if (why === 'drift') context.metrics.repairs.increment({ type: 'configuration' });
    }
    return { state, failure: undefined };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    logger.warn({ err: error }, 'router not configured');
    events.warning({ kind: 'Router', name }, failure.reason, failure.message);
    return { state, failure };
  } finally {
    if (state !== undefined) routerStates.set(name, target.containerId, state);
  }
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
  if (error instanceof RouterRefusal) return { reason: 'Refused', message: error.message };
  if (error instanceof DockerError) return { reason: 'RouterUnreachable', message: error.message };
  return undefined;
}
