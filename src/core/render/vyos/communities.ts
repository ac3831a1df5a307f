import type { Traits } from './release-traits.ts';

/** How FRR prints further well-known communities, which lists of regular expressions look through (its community.c). */
const PRINTED: ReadonlyMap<string, string> = new Map([
  ['65535:1', 'accept-own'],
  ['65535:2', 'route-filter-translated-v4'],
  ['65535:3', 'route-filter-v4'],
  ['65535:4', 'route-filter-translated-v6'],
  ['65535:5', 'route-filter-v6'],
  ['65535:6', 'llgr-stale'],
  ['65535:7', 'no-llgr'],
  ['65535:8', 'accept-own-nexthop'],
]);

/** Names that VyOS 1.3 does not know. */
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ['graceful-shutdown', '65535:0'],
  ['blackhole', '65535:666'],
  ['no-peer', '65535:65284'],
]);

/** What finds one community among a route's: `_` keeps 2:1 from matching 12:10. */
export const communityPattern = (community: string): string => `_${PRINTED.get(community) ?? community}_`;

/** A community where lists are of communities, which every release takes. */
export const listed = (community: string): string => NUMBERS.get(community) ?? community;

/** A community where it is set: 1.4 spells one name its own way, and 1.3 takes few names. */
export function spelled(community: string, { old }: Pick<Traits, 'old'>): string {
  if (old) return listed(community);
  return community === 'local-AS' ? 'local-as' : community;
}
