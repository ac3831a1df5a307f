import type { Clause, NamedList, PrefixRange, RouteMap } from '../route-map.ts';
import type { Routing } from '../routing.ts';
import { communityPattern, listed, spelled } from './communities.ts';
import { block, filled, flag, type Item, leaf, tagged, within } from './item.ts';
import type { Traits } from './release-traits.ts';
import { isStandard, withStandardLists } from './removed-lists.ts';

/** Between BGP and the kernel: routes to subnets of the router's own stay out of it (see `ownSubnetsOnly` of FRR's). */
export const KERNEL_MAP = 'hinge-kernel';
const OWN = 'hinge-own';

export const mapsOf = (policies: Routing['policies']): readonly RouteMap[] =>
  policies.flatMap(({ heard, told }) => [heard, told].flatMap((map) => map ?? []));

/** What is said of lists and route-maps; lists come before what names them. */
export function policyItems({ policies, preferences, connected }: Routing, traits: Traits): readonly Item[] {
  const maps = traits.standardLists ? withStandardLists(mapsOf(policies)) : mapsOf(policies);
  const filters = connected.length > 0;
  return filled('policy', [
    ...(filters ? [prefixList({ name: OWN, entries: connected.map((prefix) => ({ prefix, le: 32 })) })] : []),
    ...preferences.map(({ name, entries }) =>
      prefixList({ name, entries: entries.map((prefix) => ({ prefix })) }),
    ),
    ...maps.flatMap(({ prefixLists }) => prefixLists.map(prefixList)),
    ...maps.flatMap(({ asPathLists }) => asPathLists.map((list) => regexList('as-path-list', list))),
    ...maps.flatMap(({ communityLists }) => communityLists.map(communityList)),
    ...maps.map((map) => routeMapItem(map, traits)),
    ...(filters ? [kernelMap()] : []),
  ]);
}

const rule = (number: number, action: string, items: readonly Item[]): Item =>
  tagged('rule', number, [leaf('action', action), ...items]);

/** VyOS refuses an entry that is there twice. */
function prefixList({ name, entries }: NamedList<PrefixRange>): Item {
  const texts = new Map(entries.map((entry) => [JSON.stringify(entry), entry]));
  return tagged(
    'prefix-list',
    name,
    [...texts.values()].map(({ prefix, ge, le }, at) =>
      rule(at + 1, 'permit', [
        leaf('prefix', prefix),
        ...(ge === undefined ? [] : [leaf('ge', ge)]),
        ...(le === undefined ? [] : [leaf('le', le)]),
      ]),
    ),
  );
}

const regexList = (kind: string, { name, entries }: NamedList<string>): Item =>
  tagged(
    kind,
    name,
    entries.map((regex, at) => rule(at + 1, 'permit', [leaf('regex', regex)])),
  );

/** Lists with a name are of regular expressions over communities' texts. */
const communityList = ({ name, entries }: NamedList<string>): Item =>
  regexList('community-list', { name, entries: entries.map(isStandard(name) ? listed : communityPattern) });

const routeMapItem = ({ name, clauses }: RouteMap, traits: Traits): Item =>
  tagged(
    'route-map',
    name,
    clauses.map((clause) =>
      rule(clause.seq, clause.action, [
        ...matchItems(clause),
        ...onMatch(clause),
        ...setItems(clause, traits),
      ]),
    ),
  );

function matchItems({ match: { asPath, prefixes, communities } }: Clause): readonly Item[] {
  return filled('match', [
    ...(asPath === undefined ? [] : [leaf('as-path', asPath)]),
    ...(communities === undefined ? [] : [block('community', [leaf('community-list', communities)])]),
    ...(prefixes === undefined ? [] : [within(['ip', 'address'], [leaf('prefix-list', prefixes)])]),
  ]);
}

function onMatch({ seq, goto }: Clause): readonly Item[] {
  if (goto === undefined) return [];
  return [block('on-match', [goto === seq + 1 ? flag('next') : leaf('goto', goto)])];
}

function setItems({ set }: Clause, traits: Traits): readonly Item[] {
  const { old, mostPrepended, unchangedNextHop } = traits;
  const { prepend, localPreference, weight, med } = set;
  const asPath = prepend?.slice(0, mostPrepended).join(' ');
  return filled('set', [
    ...(asPath === undefined
      ? []
      : [old ? leaf('as-path-prepend', asPath) : block('as-path', [leaf('prepend', asPath)])]),
    ...(old ? oldCommunities(set, traits) : filled('community', communities(set, traits))),
    ...(set.nextHopUnchanged && unchangedNextHop ? [leaf('ip-next-hop', 'unchanged')] : []),
    ...(localPreference === undefined ? [] : [leaf('local-preference', localPreference)]),
    ...(med === undefined ? [] : [leaf('metric', med)]),
    ...(weight === undefined ? [] : [leaf('weight', weight)]),
  ]);
}

const communities = (
  { without, communities: only = [], addCommunities = [] }: Clause['set'],
  traits: Traits,
): readonly Item[] => [
  ...(without === undefined ? [] : [leaf('delete', without)]),
  ...only.map((community) => leaf('replace', spelled(community, traits))),
  ...addCommunities.map((community) => leaf('add', spelled(community, traits))),
];

function oldCommunities(
  { without, communities: only, addCommunities }: Clause['set'],
  traits: Traits,
): readonly Item[] {
  const textOf = (list: readonly string[]): string => list.map((one) => spelled(one, traits)).join(' ');
  const added = addCommunities === undefined ? undefined : `${textOf(addCommunities)} additive`;
  const text = only === undefined ? added : textOf(only);
  return [
    ...(without === undefined ? [] : [block('comm-list', [leaf('comm-list', without), flag('delete')])]),
    ...(text === undefined ? [] : [leaf('community', text)]),
  ];
}

const kernelMap = (): Item =>
  tagged('route-map', KERNEL_MAP, [
    rule(1, 'deny', [within(['match', 'ip', 'address'], [leaf('prefix-list', OWN)])]),
    rule(2, 'permit', []),
  ]);
