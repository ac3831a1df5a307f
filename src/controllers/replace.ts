import { type UnitDiff, waiting } from '../core/diff/action.ts';
import type { RouterState } from '../core/diff/observed-router.ts';
import { runsPlan } from '../core/diff/wanted-configuration.ts';
import { replacedFields, type Turn } from '../core/diff/rolling.ts';
import { fieldWords } from '../core/diff/service-changes.ts';
import type { RouterSetup } from '../core/plan/desired.ts';
import type { Context } from './context.ts';

/** What a router needs, once nothing of it has to wait. */
export interface Turned {
  readonly diff: UnitDiff;
  /** Why its container is not replaced yet. */
  readonly turn: Turn | undefined;
}

/** Holds back what replaces a router's container until it is its turn, and takes the turn when it is. */
export async function takeTurn(context: Context, name: string, diff: UnitDiff): Promise<Turned> {
  const { rollout, events, applier } = context;
  const fields = replacedFields(diff);
  if (fields.length === 0 || applier.isOutdated(diff)) return { diff, turn: undefined };
  const turn = rollout.waiting().get(`router/${name}`);
  if (turn !== undefined) return { diff: waiting(turn.reason, turn.message), turn };
  const begun = rollout.of(name);
  await rollout.begin(name, fields);
  if (begun === undefined)
    events.normal(
      { kind: 'Router', name },
      'Replacing',
      `its container is being replaced (${fieldWords(fields)})`,
    );
  return { diff, turn: undefined };
}

/** What a look at a router has found. */
interface Found {
  readonly plan: UnitDiff;
  /** Id of its running container. */
  readonly container: string | undefined;
  readonly wired: boolean;
  readonly state: RouterState | undefined;
}

/** When a router is back, those that waited for it may go. */
export function giveTurn(
  context: Context,
  name: string,
  setup: RouterSetup | undefined,
  { plan, container, wired, state }: Found,
): void {
  const { rollout, events, look, observation } = context;
  const index = observation.latest;
  if (setup === undefined) {
    rollout.forget(name);
    return;
  }
  const configured = state?.ready === true && state.drift.length === 0 && runsPlan(setup, state);
  const established = (state?.sessions ?? []).filter((session) => session.state === 'Established');
  const ended = rollout.review(name, {
    open: plan.sequences.length > 0 || plan.waits.length > 0,
    updating: (index.services.get(`router/${name}`) ?? []).some((service) => service.updating),
    container,
    whole: wired && configured,
    // Whose peer is down may come back without it: that is not its fault.
    peers: new Set(
      setup.sessions.filter(({ peer }) => !index.isDown(`router/${peer}`)).map(({ address }) => address),
    ),
    established: new Set(established.map(({ address }) => address)),
  });
  if (ended === undefined) return;
  events.normal({ kind: 'Router', name }, ENDED[ended].reason, ENDED[ended].message);
  look();
}

const ENDED = {
  back: { reason: 'Replaced', message: 'it is back, with the sessions that it had' },
  kept: { reason: 'Kept', message: 'its container stays: nothing of it is to be replaced any more' },
} as const;
