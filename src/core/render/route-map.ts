import { type ExportRule, type ImportRule, lengthsOf, WELL_KNOWN } from '../../api/bgp.ts';
import { isInternal, type Speaker } from '../plan/autonomous-system.ts';
import { canonicalPrefix } from '../plan/ipv4.ts';

/** Names of lists that a route has to be on, all of them. */
interface Match {
  readonly asPath?: string;
  readonly prefixes?: string;
  readonly communities?: string;
}

/** What is changed about a route. Communities are sorted, each once, by name where they have one. */
interface Changes {
  readonly prepend?: readonly number[];
  /** Name of a list of communities. */
  readonly without?: string;
  readonly communities?: readonly string[];
  readonly addCommunities?: readonly string[];
  readonly nextHopUnchanged?: true;
  readonly localPreference?: number;
  readonly weight?: number;
  readonly med?: number;
}

export interface Clause {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly action: 'permit' | 'deny';
  readonly match: Match;
  readonly set: Changes;
  /** Number of the clause where a route goes on that matched; absent: it is done. */
  readonly goto?: number;
}

/** Some prefix, and those inside it that are as long as it says; up to 32 goes without saying where there is a lower bound. */
export interface PrefixRange {
  readonly prefix: string;
  readonly ge?: number;
  readonly le?: number;
}

/** A list of a route-map's own: whatever is on it is meant. */
export interface NamedList<T> {
  readonly name: string;
  readonly entries: readonly T[];
}

/** A route-map with the lists that it names, whatever platform it is for. */
export interface RouteMap {
  readonly name: string;
  readonly prefixLists: readonly NamedList<PrefixRange>[];
  /** Regular expressions. */
  readonly asPathLists: readonly NamedList<string>[];
  readonly communityLists: readonly NamedList<string>[];
  readonly clauses: readonly Clause[];
}

/** What a router prefers what is heard from one neighbour for. */
export interface Preferred {
  /** Name of the prefix-list. */
  readonly list: string;
  /** What makes it preferred. */
  readonly set: Pick<Changes, 'localPreference' | 'weight'>;
}

/** What local preference a Path has, when no rule of the router sets as much; or what weight. */
const PATH_PREFERENCE = 200;

/**
 * A local preference higher than any that a rule sets, so that Paths hold whatever rules prefer. Where the AS has further routers, which
 * would be told and would follow, a weight instead: it stays in the router, and comes before all local preferences.
 */
export function pathPreference({ asn, sessions }: Speaker): Preferred['set'] {
  if (sessions.some((session) => isInternal(session, asn))) return { weight: PATH_PREFERENCE };
  return {
    localPreference: sessions
      .flatMap(({ policy }) => policy?.import ?? [])
      .reduce((so, { set }) => Math.max(so, (set?.localPreference ?? 0) + 1), PATH_PREFERENCE),
  };
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
  return {
    name,
    prefixLists: parts.flatMap(({ rule, list }) => listOf(list, rule.match?.prefixes?.map(rangeOf))),
    asPathLists: parts.flatMap(({ rule, list }) =>
      listOf(list, rule.match?.asPath === undefined ? undefined : [rule.match.asPath]),
    ),
    communityLists: parts.flatMap(({ rule, list }) => [
      ...listOf(list, communitiesOf(rule.match?.communities)),
      ...listOf(removedList(list), communitiesOf(rule.set?.removeCommunities)),
    ]),
    clauses: [
      ...parts.map(({ rule, seq, list }) => ({
        ...{ seq, action: rule.action, match: matchOf(rule, list) },
        set: { ...(internal ? {} : prependOf(rule, asn)), ...changesOf(rule, list) },
        ...(preferred !== undefined && rule.action === 'permit' && { goto: last }),
      })),
      ...(preferred === undefined
        ? []
        : [{ ...permitted(last), match: { prefixes: preferred.list }, set: preferred.set }]),
      permitted(preferred === undefined ? last : last + 1),
    ],
  };
}

const permitted = (seq: number): Clause => ({ seq, action: 'permit', match: {}, set: {} });

const removedList = (list: string): string => `${list}-removed`;

const listOf = <T>(name: string, entries: readonly T[] | undefined): readonly NamedList<T>[] =>
  entries === undefined ? [] : [{ name, entries }];

const matchOf = ({ match }: ImportRule | ExportRule, list: string): Match => ({
  ...(match?.asPath !== undefined && { asPath: list }),
  ...(match?.prefixes !== undefined && { prefixes: list }),
  ...(match?.communities !== undefined && { communities: list }),
});

/** Within an AS, AS paths stay as they are: neighbours take no route with their own AS in it. */
function prependOf({ set = {} }: ImportRule | ExportRule, asn: number): Changes {
  const { prepend, prependAsns } = set;
  const numbers = prepend === undefined ? prependAsns : Array.from({ length: prepend }, () => asn);
  return numbers === undefined ? {} : { prepend: numbers };
}

function changesOf({ set = {} }: ImportRule | ExportRule, list: string): Changes {
  const { med, removeCommunities } = set;
  const [communities, addCommunities] = [communitiesOf(set.communities), communitiesOf(set.addCommunities)];
  return {
    ...(removeCommunities !== undefined && { without: removedList(list) }),
    ...(communities !== undefined && { communities }),
    ...(addCommunities !== undefined && { addCommunities }),
    ...('nextHopUnchanged' in set && set.nextHopUnchanged && { nextHopUnchanged: true as const }),
    ...('localPreference' in set && { localPreference: set.localPreference }),
    ...(med !== undefined && { med }),
  };
}

function rangeOf(written: string): PrefixRange {
  const [prefix = ''] = written.split(' ', 1);
  const { ge, le } = lengthsOf(written);
  const most = ge !== undefined && le === 32 ? undefined : le;
  return {
    prefix: canonicalPrefix(prefix),
    ...(ge !== undefined && { ge }),
    ...(most !== undefined && { le: most }),
  };
}

const NAMES = new Map(Object.entries(WELL_KNOWN).map(([name, value]) => [value, name]));

/** By value, each once, by name where it has one: as FRR prints them. */
function communitiesOf(communities: readonly string[] | undefined): readonly string[] | undefined {
  if (communities === undefined) return undefined;
  const valueOf = (text: string): number => {
    const [high = '', low = ''] = text.split(':');
    return Number(high) * 65536 + Number(low);
  };
  const values = communities.map((written) => WELL_KNOWN[written] ?? written);
  return [...new Set(values)]
    .sort((one, other) => valueOf(one) - valueOf(other))
    .map((value) => NAMES.get(value) ?? value);
}
