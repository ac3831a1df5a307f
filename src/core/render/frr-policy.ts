import type { DesiredSession } from '../plan/desired.ts';
import type { Clause, NamedList, RouteMap } from './route-map.ts';

const linesOf = <T>(
  lists: readonly NamedList<T>[],
  line: (name: string, seq: string, entry: T) => string,
): string[] =>
  lists.flatMap(({ name, entries }) => entries.map((entry, at) => line(name, String(at + 1), entry)));

export const prefixListLines = ({ prefixLists }: RouteMap): string[] =>
  linesOf(prefixLists, (name, seq, { prefix, ge, le }) =>
    [
      `ip prefix-list ${name} seq ${seq} permit ${prefix}`,
      ...(ge === undefined ? [] : [`ge ${String(ge)}`]),
      ...(le === undefined ? [] : [`le ${String(le)}`]),
    ].join(' '),
  );

export const asPathListLines = ({ asPathLists }: RouteMap): string[] =>
  linesOf(asPathLists, (name, seq, regex) => `bgp as-path access-list ${name} seq ${seq} permit ${regex}`);

/** One line for each community, so that any of them matches. */
export const communityListLines = ({ communityLists }: RouteMap): string[] =>
  linesOf(
    communityLists,
    (name, seq, community) => `bgp community-list standard ${name} seq ${seq} permit ${community}`,
  );

/** One block for each clause, its lines in the order in which FRR writes them. */
export const clauseBlocks = ({ name, clauses }: RouteMap): string[][] =>
  clauses.map((clause) => [
    `route-map ${name} ${clause.action} ${String(clause.seq)}`,
    ...matchLines(clause),
    ...setLines(clause),
    ...onward(clause),
    'exit',
  ]);

function matchLines({ match: { asPath, prefixes, communities } }: Clause): string[] {
  return [
    ...(asPath === undefined ? [] : [` match as-path ${asPath}`]),
    ...(prefixes === undefined ? [] : [` match ip address prefix-list ${prefixes}`]),
    ...(communities === undefined ? [] : [` match community ${communities}`]),
  ];
}

function setLines({ set }: Clause): string[] {
  const { prepend, without, communities, addCommunities, localPreference, weight, med } = set;
  return [
    ...(prepend === undefined ? [] : [` set as-path prepend ${prepend.join(' ')}`]),
    ...(without === undefined ? [] : [` set comm-list ${without} delete`]),
    ...(communities === undefined ? [] : [` set community ${communities.join(' ')}`]),
    ...(addCommunities === undefined ? [] : [` set community ${addCommunities.join(' ')} additive`]),
    ...(set.nextHopUnchanged ? [' set ip next-hop unchanged'] : []),
    ...(localPreference === undefined ? [] : [` set local-preference ${String(localPreference)}`]),
    ...(weight === undefined ? [] : [` set weight ${String(weight)}`]),
    ...(med === undefined ? [] : [` set metric ${String(med)}`]),
  ];
}

function onward({ seq, goto }: Clause): string[] {
  if (goto === undefined) return [];
  return [goto === seq + 1 ? ' on-match next' : ` on-match goto ${String(goto)}`];
}

/** A router's aggregates as lines of its address family. */
export const aggregateLines = (
  aggregates: readonly { readonly prefix: string; readonly summaryOnly: boolean }[],
): string[] =>
  aggregates.map(
    ({ prefix, summaryOnly }) => `  aggregate-address ${prefix}${summaryOnly ? ' summary-only' : ''}`,
  );

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
