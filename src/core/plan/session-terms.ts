import type { BgpTimers, LinkBgp, RouterBgp } from '../../api/bgp.ts';
import type { DesiredSession, SessionPolicy } from './desired.ts';
import { type Pace, USUAL_BFD_MS } from './pace.ts';

/** What is known of a secret: its modification revision in the store, or why its value cannot be used. */
export type SecretState = { readonly revision: string } | { readonly unusable: string };

/** By name; undefined: there is none. Values are no part of a plan. */
export interface Secrets {
  get(name: string): SecretState | undefined;
}

export const NO_SECRETS: Secrets = { get: () => undefined };

/** For who may not read secrets, and foresees what comes of objects when they are there. */
export const ALL_SECRETS: Secrets = { get: () => ({ revision: '0' }) };

/** What is written about one session, from one of its ends. */
export interface WrittenTerms {
  /** Of the Router at this end. */
  readonly router: RouterBgp | undefined;
  readonly peer: string;
  /** Of the Paths over the link. */
  readonly link: LinkBgp | undefined;
  /** Timers that follow from the link's delay. */
  readonly pace: Pace | undefined;
}

/** An entry for the neighbour wins over the Path, that over all of the Router, and timers that are written over those that follow from delays. */
export function sessionTerms(
  { router, peer, link, pace }: WrittenTerms,
  secrets: Secrets,
): Pick<DesiredSession, 'pace' | 'bfd' | 'password' | 'policy'> {
  const entry = router?.neighbors?.find((neighbor) => neighbor.router === peer);
  const timers = entry?.timers ?? link?.timers ?? router?.timers;
  const inEffect = timers === undefined ? pace : paceWith(timers, pace);
  const password = entry?.password ?? link?.password;
  const policy = policyOf(router, peer);
  return {
    ...(inEffect !== undefined && { pace: inEffect }),
    ...((entry?.bfd ?? link?.bfd ?? true) ? {} : { bfd: false as const }),
    ...(password !== undefined && {
      password: { secret: password.secret, revision: revisionOf(secrets, password.secret) },
    }),
    ...(policy !== undefined && { policy }),
  };
}

const paceWith = ({ keepalive, hold, connect }: BgpTimers, pace: Pace | undefined): Pace => ({
  keepalive,
  hold,
  connect,
  bfdMs: pace?.bfdMs ?? USUAL_BFD_MS,
});

function revisionOf(secrets: Secrets, name: string): string | undefined {
  const secret = secrets.get(name);
  return secret !== undefined && 'revision' in secret ? secret.revision : undefined;
}

/** Rules for the neighbour come before those for all. @returns undefined: routes pass both ways as they are. */
function policyOf(router: RouterBgp | undefined, peer: string): SessionPolicy | undefined {
  const entry = router?.neighbors?.find((neighbor) => neighbor.router === peer);
  const { maximumPrefixes, defaultOriginate } = entry ?? {};
  const heard = [...(entry?.import ?? []), ...(router?.import ?? [])];
  const told = [...(entry?.export ?? []), ...(router?.export ?? [])];
  const nothing = heard.length === 0 && told.length === 0 && maximumPrefixes === undefined;
  if (nothing && defaultOriginate !== true) return undefined;
  return {
    import: heard,
    export: told,
    ...(maximumPrefixes !== undefined && { maximumPrefixes }),
    ...(defaultOriginate !== undefined && { defaultOriginate }),
  };
}
