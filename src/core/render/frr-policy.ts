import { type ExportRule, type ImportRule, lengthsOf, WELL_KNOWN } from '../../api/bgp.ts';
import type { Speaker } from '../plan/autonomous-system.ts';
import type { DesiredSession } from '../plan/desired.ts';
import { canonicalPrefix, comparePrefixes, parsePrefix } from '../plan/ipv4.ts';
import { pathPreference } from './path-preference.ts';

/** A route-map with the lists that it names, all in the order in which FRR reads them. */
export interface RouteMap {
  readonly name: string;
  readonly prefixLists: readonly string[];
  readonly asPathLists: readonly string[];
  readonly communityLists: readonly string[];
  /** One block for each clause. */
  readonly clauses: readonly (readonly string[])[];
}

/** What a router prefers what is heard from one neighbour for. */
export interface Preferred {
  /** Name of the prefix-list. */
  readonly list: string;
  /** What makes it preferred. */
  readonly set: string;
}

export function preference(router: Speaker): string {
  const { by, value } = pathPreference(router);
  return `${by === 'own' ? 'weight' : 'local-preference'} ${String(value)}`;
}

/**
 * Rules in their order, each with lists of its own; then what Paths prefer, which every route comes to that a rule has permitted; then all
 * others. @returns undefined: everything passes as it is.
 */
export function routeMap(
  name: string,
  rules: readonly (ImportRule | ExportRule)[],
  { asn, internal }: { readonly asn: number; readonly internal: boolean },
  preferred?: Preferred,
): RouteMap | undefined {
  if (rules.length === 0 && preferred === undefined) return undefined;
  const parts = rules.map((rule, index) => ({ rule, seq: index + 1, list: `${name}-${String(index + 1)}` }));
  const last = rules.length + 1;
  const onward = (seq: number): string[] => {
    if (preferred === undefined) return [];
    return [seq + 1 === last ? ' on-match next' : ` on-match goto ${String(last)}`];
  };
  return {
    name,
    prefixLists: parts.flatMap(({ rule, list }) =>
      (rule.match?.prefixes ?? []).map(
        (prefix, at) => `ip prefix-list ${list} seq ${String(at + 1)} permit ${prefixText(prefix)}`,
      ),
    ),
    asPathLists: parts.flatMap(({ rule, list }) =>
      rule.match?.asPath === undefined
        ? []
        : [`bgp as-path access-list ${list} seq 1 permit ${rule.match.asPath}`],
    ),
    communityLists: parts.flatMap(({ rule, list }) => [
      ...communityList(list, rule.match?.communities),
      ...communityList(removedList(list), rule.set?.removeCommunities),
    ]),
    clauses: [
      ...parts.map(({ rule, seq, list }) => [
        `route-map ${name} ${rule.action} ${String(seq)}`,
        ...matchLines(rule, list),
        ...(internal ? [] : prependLines(rule, asn)),
        ...setLines(rule, list),
        ...(rule.action === 'permit' ? onward(seq) : []),
        'exit',
      ]),
      ...(preferred === undefined
        ? []
        : [
            [
              `route-map ${name} permit ${String(last)}`,
              ` match ip address prefix-list ${preferred.list}`,
              ` set ${preferred.set}`,
              'exit',
            ],
          ]),
      [`route-map ${name} permit ${String(preferred === undefined ? last : last + 1)}`, 'exit'],
    ],
  };
}

const removedList = (list: string): string => `${list}-removed`;

function matchLines({ match }: ImportRule | ExportRule, list: string): string[] {
  return [
    ...(match?.asPath === undefined ? [] : [` match as-path ${list}`]),
    ...(match?.prefixes === undefined ? [] : [` match ip address prefix-list ${list}`]),
    ...(match?.communities === undefined ? [] : [` match community ${list}`]),
  ];
}

/** Within an AS, AS paths stay as they are: neighbours take no route with their own AS in it. */
function prependLines({ set = {} }: ImportRule | ExportRule, asn: number): string[] {
  const { prepend, prependAsns } = set;
  const prepended = prepend === undefined ? prependAsns : Array.from({ length: prepend }, () => asn);
  return prepended === undefined ? [] : [` set as-path prepend ${prepended.join(' ')}`];
}

function setLines({ set = {} }: ImportRule | ExportRule, list: string): string[] {
  const { med, communities, addCommunities, removeCommunities } = set;
  return [
    ...(removeCommunities === undefined ? [] : [` set comm-list ${removedList(list)} delete`]),
    ...(communities === undefined ? [] : [` set community ${communitiesText(communities)}`]),
    ...(addCommunities === undefined ? [] : [` set community ${communitiesText(addCommunities)} additive`]),
    ...('nextHopUnchanged' in set && set.nextHopUnchanged ? [' set ip next-hop unchanged'] : []),
    ...('localPreference' in set ? [` set local-preference ${String(set.localPreference)}`] : []),
    ...(med === undefined ? [] : [` set metric ${String(med)}`]),
  ];
}

/** Up to 32 goes without saying where there is a lower bound. */
function prefixText(written: string): string {
  const [prefix = ''] = written.split(' ', 1);
  const { ge, le } = lengthsOf(written);
  const most = ge !== undefined && le === 32 ? undefined : le;
  return [
    canonicalPrefix(prefix),
    ...(ge === undefined ? [] : [`ge ${String(ge)}`]),
    ...(most === undefined ? [] : [`le ${String(most)}`]),
  ].join(' ');
}

/** One line for each, so that any of them matches. */
const communityList = (name: string, communities: readonly string[] = []): string[] =>
  sortedCommunities(communities).map(
    (community, at) => `bgp community-list standard ${name} seq ${String(at + 1)} permit ${community}`,
  );

const communitiesText = (communities: readonly string[]): string => sortedCommunities(communities).join(' ');

const NAMES = new Map(Object.entries(WELL_KNOWN).map(([name, value]) => [value, name]));

/** By value, each once, by name where it has one: as FRR prints them. */
function sortedCommunities(communities: readonly string[]): readonly string[] {
  const valueOf = (text: string): number => {
    const [high = '', low = ''] = text.split(':');
    return Number(high) * 65536 + Number(low);
  };
  const values = communities.map((written) => WELL_KNOWN[written] ?? written);
  return [...new Set(values)]
    .sort((one, other) => valueOf(one) - valueOf(other))
    .map((value) => NAMES.get(value) ?? value);
}

/** A router's aggregates as lines of its address family, sorted by prefix. */
export const aggregateLines = (
  aggregates: readonly { readonly prefix: string; readonly summaryOnly: boolean }[],
): string[] =>
  [...aggregates]
    .sort((one, other) => comparePrefixes(parsePrefix(one.prefix), parsePrefix(other.prefix)))
    .map(({ prefix, summaryOnly }) => `  aggregate-address ${prefix}${summaryOnly ? ' summary-only' : ''}`);

/** What is said of one neighbour in the address family, before its route-maps. */
export const limitLines = ({ address, policy }: DesiredSession): string[] => {
  const { defaultOriginate = false, maximumPrefixes } = policy ?? {};
  const warns = maximumPrefixes?.action === 'warn' ? ' warning-only' : '';
  return [
    ...(defaultOriginate ? [`  neighbor ${address} default-originate`] : []),
    ...(maximumPrefixes === undefined
      ? []
      : [`  neighbor ${address} maximum-prefix ${String(maximumPrefixes.limit)}${warns}`]),
  ];
};
