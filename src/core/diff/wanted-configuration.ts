import type { RouterSetup } from '../plan/desired.ts';
import { dialectOf } from '../render/dialects.ts';
import type { ConfigurationText } from '../render/text.ts';
import type { RouterInterface, RouterSession, RouterState } from './observed-router.ts';

/**
 * BFD begins when a session has been up for so many ms. While links are plugged in one after the other, packets and processors stop for longer
 * than BFD forgives, although nothing has failed.
 */
const STEADY_MS = 20_000;

/**
 * What a router should run now: the plan's configuration, with BFD only for neighbours whose session has proved steady. Sessions that came up
 * one after the other are given it together, since each change costs the router a second of processor time. To take BFD away would reset the
 * session, so it stays where it is. Interfaces have the names that they have in the router. @param state undefined: a container that runs nothing yet.
 */
export function wantedNow(setup: RouterSetup, state: RouterState | undefined): ConfigurationText {
  const young = state?.sessions.some(({ upMs }) => upMs !== undefined && upMs < STEADY_MS) ?? true;
  return watching(setup, state, ({ watched, upMs }) => watched || (upMs !== undefined && !young));
}

/** Whether a router has the plan's configuration, whichever of its neighbours BFD watches already. */
export const runsPlan = (setup: RouterSetup, state: RouterState): boolean =>
  state.appliedHash === watching(setup, state, ({ watched }) => watched).hash;

/** What a router is to begin with that runs nothing yet. @param interfaces those that are in its network already. */
export function wantedFirst(setup: RouterSetup, interfaces: readonly RouterInterface[]): ConfigurationText {
  return wantedNow(setup, {
    ...{ ready: false, appliedHash: undefined, drift: [], sessions: [] },
    interfaces,
  });
}

function watching(
  { platform, configuration, sessions }: RouterSetup,
  state: RouterState | undefined,
  isWatched: (session: RouterSession) => boolean,
): ConfigurationText {
  const watched = new Set(state?.sessions.filter(isWatched).map(({ address }) => address));
  const others = sessions.map(({ address }) => address).filter((address) => !watched.has(address));
  const dialect = dialectOf(platform);
  const named = dialect.withNames(configuration, [...(state?.interfaces ?? []), ...(state?.bare ?? [])]);
  return dialect.withoutBfd(named, others);
}
