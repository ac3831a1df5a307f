import { isInternal } from '../plan/autonomous-system.ts';
import type { DesiredSession } from '../plan/desired.ts';
import { comparePrefixes, parsePrefix } from '../plan/ipv4.ts';
import { type NamedList, pathPreference, type RouteMap, routeMap } from './route-map.ts';
import type { RenderedRouter } from './router.ts';

/** Between two BFD packets unless a link delays them, in ms. See `BFD_MULTIPLIER`. */
const BFD_INTERVAL_MS = 500;

/**
 * A neighbour that is silent for two seconds is gone (RFC 5880: 4 × 500 ms). Slower than BFD can, on purpose: router containers share
 * processors, and one that has to wait a second for its turn has not failed.
 */
export const BFD_MULTIPLIER = 4;

/** The session's interval, in ms. */
export const bfdInterval = ({ pace }: DesiredSession): number => pace?.bfdMs ?? BFD_INTERVAL_MS;

/** Neighbours behind links that delay BFD have slower profiles. */
export const bfdProfile = (intervalMs: number): string =>
  intervalMs === BFD_INTERVAL_MS ? 'hinge' : `hinge-${intervalMs.toString()}`;

/** Intervals of the router's profiles, in ms, ascending; none without sessions. */
export const bfdIntervals = (sessions: readonly DesiredSession[]): readonly number[] =>
  sessions.length === 0
    ? []
    : [...new Set([BFD_INTERVAL_MS, ...sessions.map(bfdInterval)])].sort((one, other) => one - other);

/** A session with its route-maps; undefined: it needs none. */
export interface Policy {
  readonly session: DesiredSession;
  readonly heard: RouteMap | undefined;
  readonly told: RouteMap | undefined;
}

/** A router's BGP, whatever platform writes it. */
export interface Routing {
  /** Sorted by address. */
  readonly policies: readonly Policy[];
  /** Prefixes that one neighbour is preferred for, one list for each such neighbour. */
  readonly preferences: readonly NamedList<string>[];
  /** Prefixes that it originates, sorted. */
  readonly networks: readonly string[];
  /** Its own addresses, sorted; the loopback first. */
  readonly addresses: readonly string[];
  /**
   * What a router advertises beyond its interfaces it also has a route for, so that BGP finds it and that packets to
   * addresses that are not there end here instead of following a wider prefix back to where they came from. Sorted.
   */
  readonly discarded: readonly string[];
  /** Subnets of its interfaces, sorted. */
  readonly connected: readonly string[];
  readonly aggregates: readonly { readonly prefix: string; readonly summaryOnly: boolean }[];
}

/** The worst distance that FRR installs, so that any real route to what is discarded is taken instead (from extraConfig, say). */
export const DISCARD_DISTANCE = 254;

/** @param nameOf what of names is a neighbour's address, in the platform's spelling. */
export function routingOf(given: RenderedRouter, nameOf: (address: string) => string): Routing {
  // A session whose secret is not there is not there either: unsigned it would be another one than was asked for.
  const sessions = given.sessions.filter(
    ({ password }) => password === undefined || password.revision !== undefined,
  );
  const router = { ...given, sessions };
  const { loopback, vteps = [], connected, advertise, bgp: { aggregates = [] } = {} } = router;
  const addresses = [...(loopback === undefined ? [] : [loopback]), ...sortedPrefixes(vteps)];
  const own = new Set([...connected, loopback]);
  return {
    policies: sessions.map((session) => policyOf(router, session, nameOf)),
    preferences: sessions.flatMap(({ address }) => preferenceOf(router, address, nameOf)),
    networks: sortedPrefixes([...connected, ...advertise, ...addresses]),
    addresses,
    discarded: sortedPrefixes(advertise).filter((prefix) => !own.has(prefix)),
    connected: sortedPrefixes(connected),
    aggregates: [...aggregates].sort((one, other) =>
      comparePrefixes(parsePrefix(one.prefix), parsePrefix(other.prefix)),
    ),
  };
}

const preferenceOf = (
  { preferred }: RenderedRouter,
  from: string,
  nameOf: (address: string) => string,
): readonly NamedList<string>[] => {
  const entries = sortedPrefixes(preferred.filter((one) => one.from === from).map(({ prefix }) => prefix));
  return entries.length === 0 ? [] : [{ name: `hinge-via-${nameOf(from)}`, entries }];
};

/** What a neighbour announces of what is to go through it is preferred to what others announce, however short their way. */
function policyOf(
  router: RenderedRouter,
  session: DesiredSession,
  nameOf: (address: string) => string,
): Policy {
  const { address, policy } = session;
  const [list] = preferenceOf(router, address, nameOf);
  const preferred = list === undefined ? undefined : { list: list.name, set: pathPreference(router) };
  const way = { asn: router.asn, internal: isInternal(session, router.asn) };
  return {
    session,
    heard: routeMap(`hinge-from-${nameOf(address)}`, policy?.import ?? [], way, preferred),
    told: routeMap(`hinge-to-${nameOf(address)}`, policy?.export ?? [], way),
  };
}

/** By address, each once. */
export function sortedPrefixes(prefixes: readonly string[]): string[] {
  return [...new Set(prefixes)].sort((one, other) => comparePrefixes(parsePrefix(one), parsePrefix(other)));
}
