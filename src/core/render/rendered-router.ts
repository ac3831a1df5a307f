import type { RouterBgp } from '../../api/bgp.ts';
import type { DesiredSession } from '../plan/desired.ts';
import { comparePrefixes, parsePrefix } from '../plan/ipv4.ts';

/** Everything that a router's configuration is made of, on any platform. */
export interface RenderedRouter {
  readonly hostname: string;
  readonly asn: number;
  readonly routerId: string;
  /** CIDR; undefined: none. */
  readonly loopback: string | undefined;
  /** Sorted by address. */
  readonly sessions: readonly DesiredSession[];
  /** Subnets of its own interfaces, in any order: originated while the interface is there. */
  readonly connected: readonly string[];
  /** Further prefixes, in any order: originated always. */
  readonly advertise: readonly string[];
  /** CIDRs of its ends of layer-2 tunnels, each a /32, in any order; absent: it has none. */
  readonly vteps?: readonly string[];
  /** Prefixes for which one neighbour is preferred, in any order: each prefix once. */
  readonly preferred: readonly { readonly prefix: string; readonly from: string }[];
  readonly bgp?: Pick<RouterBgp, 'gracefulRestart' | 'aggregates'>;
  /** In the platform's syntax, in global context; kept as written. */
  readonly extraConfig: string | undefined;
}

/** Without sessions whose secret is not there: unsigned they would be others than were asked for. */
export const withUsableSessions = (router: RenderedRouter): RenderedRouter => ({
  ...router,
  sessions: router.sessions.filter(
    ({ password }) => password === undefined || password.revision !== undefined,
  ),
});

/** By address, each once. */
export function sortedPrefixes(prefixes: readonly string[]): string[] {
  return [...new Set(prefixes)].sort((one, other) => comparePrefixes(parsePrefix(one), parsePrefix(other)));
}

/** Prefixes that a router advertises beyond those of its interfaces. */
export function discarded({ advertise, connected, loopback }: RenderedRouter): string[] {
  const own = new Set([...connected, loopback]);
  return sortedPrefixes(advertise).filter((prefix) => !own.has(prefix));
}

/** All prefixes that it originates. */
export const originated = ({ connected, advertise, loopback, vteps = [] }: RenderedRouter): string[] =>
  sortedPrefixes([...connected, ...advertise, ...(loopback === undefined ? [] : [loopback]), ...vteps]);

/** Addresses on lo: the router's own; those of tunnels too, since not every kernel has dummy interfaces. */
export const ownAddresses = ({ loopback, vteps = [] }: RenderedRouter): string[] => [
  ...(loopback === undefined ? [] : [loopback]),
  ...sortedPrefixes(vteps),
];
