import { WELL_KNOWN } from '../../../../../src/api/bgp.ts';
import { type Block, type Item } from '../../../../../src/core/render/vyos/item.ts';

/** One clause of a route-map, in FRR's words, sorted; lists by their contents. */
interface ClauseFacts {
  readonly action: string;
  readonly lines: readonly string[];
}

interface NeighborFacts {
  readonly asn: string;
  readonly description: string;
  readonly bfd: string | undefined;
  readonly password: boolean;
  readonly timers: string | undefined;
  readonly connect: string;
  readonly advertisementInterval: string;
  readonly families: readonly string[];
  /** What is said of it in the IPv4 family but route-maps, sorted. */
  readonly options: readonly string[];
  readonly import: string | undefined;
  readonly export: string | undefined;
}

/** What both platforms say about a router's BGP, in one form: names of neighbours' addresses with dots, as FRR's are. */
export interface RoutingFacts {
  readonly asn: string;
  readonly routerId: string;
  readonly timers: string;
  readonly parameters: readonly string[];
  readonly networks: readonly string[];
  readonly aggregates: readonly string[];
  readonly maximumPaths: readonly string[];
  readonly neighbors: Readonly<Record<string, NeighborFacts>>;
  readonly prefixLists: Readonly<Record<string, readonly string[]>>;
  readonly asPathLists: Readonly<Record<string, readonly string[]>>;
  readonly communityLists: Readonly<Record<string, readonly string[]>>;
  readonly routeMaps: Readonly<Record<string, Readonly<Record<string, ClauseFacts>>>>;
  readonly kernelMap: string | undefined;
  readonly discarded: readonly string[];
  readonly loopback: readonly string[];
  readonly bfdProfiles: Readonly<Record<string, string>>;
  readonly evpn: readonly string[];
}

/** What a block has at a path. */
export const blockAt = (items: readonly Item[], ...names: readonly string[]): readonly Item[] => {
  const [name, ...rest] = names;
  if (name === undefined) return items;
  const found = items.find(
    (item): item is Block => item.kind === 'block' && item.name === name && item.tag === undefined,
  );
  return found === undefined ? [] : blockAt(found.items, ...rest);
};

export const has = (items: readonly Item[], name: string): boolean =>
  items.some((item) => item.name === name);

export const valuesOf = (items: readonly Item[], name: string): readonly string[] =>
  items.flatMap((item) => (item.kind === 'leaf' && item.name === name ? (item.value ?? []) : []));

export const valueOf = (items: readonly Item[], name: string): string | undefined => valuesOf(items, name)[0];

export const taggedAs = (
  items: readonly Item[],
  name: string,
): readonly (readonly [string, readonly Item[]])[] =>
  items.flatMap((item) =>
    item.kind === 'block' && item.name === name && item.tag !== undefined
      ? [[item.tag, item.items] as const]
      : [],
  );

/** hinge-from-10-9-0-3-1 is FRR's hinge-from-10.9.0.3-1. */
const dotted = (name: string): string =>
  name.replace(/^(hinge-(?:from|to|via)-\d+)-(\d+)-(\d+)-(\d+)/, '$1.$2.$3.$4');

export function vyosFacts(items: readonly Item[]): RoutingFacts {
  const bgp = blockAt(items, 'protocols', 'bgp');
  const family = blockAt(bgp, 'address-family', 'ipv4-unicast');
  const parameters = blockAt(bgp, 'parameters');
  const policy = blockAt(items, 'policy');
  const timers = blockAt(bgp, 'timers');
  return {
    asn: valueOf(bgp, 'system-as') ?? '',
    routerId: valueOf(parameters, 'router-id') ?? '',
    timers: [valueOf(timers, 'keepalive'), valueOf(timers, 'holdtime')].join(' '),
    parameters: [
      ...(has(blockAt(parameters, 'bestpath'), 'compare-routerid') ? ['bestpath compare-routerid'] : []),
      ...(has(parameters, 'graceful-restart') ? ['graceful-restart'] : []),
      ...(has(parameters, 'log-neighbor-changes') ? ['log-neighbor-changes'] : []),
      ...(has(parameters, 'network-import-check') ? ['network import-check'] : []),
      ...(has(parameters, 'route-reflector-allow-outbound-policy')
        ? ['route-reflector allow-outbound-policy']
        : []),
    ],
    networks: taggedAs(family, 'network').map(([prefix]) => prefix),
    aggregates: taggedAs(family, 'aggregate-address').map(
      ([prefix, inside]) => prefix + (has(inside, 'summary-only') ? ' summary-only' : ''),
    ),
    maximumPaths: ['ebgp', 'ibgp'].flatMap((kind) => {
      const most = valueOf(blockAt(family, 'maximum-paths'), kind);
      return most === undefined ? [] : [kind === 'ebgp' ? most : `ibgp ${most}`];
    }),
    neighbors: Object.fromEntries(
      taggedAs(bgp, 'neighbor').map(([address, inside]) => [address, vyosNeighbor(inside)]),
    ),
    prefixLists: listsOf(policy, 'prefix-list', (rule) =>
      [
        valueOf(rule, 'prefix'),
        ...valuesOf(rule, 'ge').map((length) => `ge ${length}`),
        ...valuesOf(rule, 'le').map((length) => `le ${length}`),
      ].join(' '),
    ),
    asPathLists: listsOf(policy, 'as-path-list', (rule) => valueOf(rule, 'regex') ?? ''),
    communityLists: communityListsOf(policy),
    routeMaps: Object.fromEntries(
      taggedAs(policy, 'route-map').map(([name, inside]) => [
        dotted(name),
        Object.fromEntries(
          taggedAs(inside, 'rule').map(([seq, rule]) => [seq, vyosClause(rule, removedList(name, seq))]),
        ),
      ]),
    ),
    kernelMap: taggedAs(blockAt(items, 'system', 'ip'), 'protocol').flatMap(([, inside]) =>
      valuesOf(inside, 'route-map'),
    )[0],
    discarded: taggedAs(blockAt(items, 'protocols', 'static'), 'route')
      .map(([prefix, inside]) => `${prefix} ${valueOf(blockAt(inside, 'blackhole'), 'distance') ?? ''}`)
      .sort(),
    loopback: taggedAs(blockAt(items, 'interfaces'), 'loopback').flatMap(([, inside]) =>
      valuesOf(inside, 'address'),
    ),
    bfdProfiles: Object.fromEntries(
      taggedAs(blockAt(items, 'protocols', 'bfd'), 'profile').map(([name, inside]) => {
        const interval = blockAt(inside, 'interval');
        return [name, ['multiplier', 'transmit', 'receive'].map((of) => valueOf(interval, of)).join(' ')];
      }),
    ),
    evpn: has(blockAt(bgp, 'address-family', 'l2vpn-evpn'), 'advertise-all-vni') ? ['advertise-all-vni'] : [],
  };
}

/** Of names that FRR prints and that are in no object, those that tests use. */
const PRINTED: Readonly<Record<string, string>> = { 'accept-own': '65535:1', 'llgr-stale': '65535:6' };

/** Whichever way it is written. */
export const communityValue = (written: string): string => WELL_KNOWN[written] ?? PRINTED[written] ?? written;

/** What FRR calls the list by which a rule takes communities off; VyOS may have a number for it. */
const removedList = (map: string, seq: string): string => dotted(`${map}-${seq}-removed`);
const named = (list: string, removed: string): string => (/^\d+$/.test(list) ? removed : dotted(list));

/** Lists with a number are there once for each rule that names them, as on FRR. */
function communityListsOf(policy: readonly Item[]): Readonly<Record<string, readonly string[]>> {
  const said = listsOf(policy, 'community-list', (rule) =>
    communityValue((valueOf(rule, 'regex') ?? '').replace(/^_(.*)_$/, '$1')),
  );
  const used = taggedAs(policy, 'route-map').flatMap(([map, inside]) =>
    taggedAs(inside, 'rule').flatMap(([seq, rule]) =>
      valuesOf(blockAt(rule, 'set', 'community'), 'delete').map(
        (list) => [removedList(map, seq), said[list] ?? []] as const,
      ),
    ),
  );
  const others = Object.entries(said).filter(([list]) => !/^\d+$/.test(list));
  return Object.fromEntries([...others, ...used.filter(([list]) => !(list in said))]);
}

const listsOf = (
  policy: readonly Item[],
  kind: string,
  textOf: (rule: readonly Item[]) => string,
): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    taggedAs(policy, kind).map(([name, inside]) => [
      dotted(name),
      taggedAs(inside, 'rule').map(([, rule]) => `${valueOf(rule, 'action') ?? ''} ${textOf(rule)}`),
    ]),
  );

function vyosNeighbor(items: readonly Item[]): NeighborFacts {
  const timers = blockAt(items, 'timers');
  const family = blockAt(items, 'address-family', 'ipv4-unicast');
  const maps = blockAt(family, 'route-map');
  const keepalive = valueOf(timers, 'keepalive');
  return {
    asn: valueOf(items, 'remote-as') ?? '',
    description: valueOf(items, 'description') ?? '',
    bfd: valueOf(blockAt(items, 'bfd'), 'profile'),
    password: has(items, 'password'),
    timers: keepalive === undefined ? undefined : [keepalive, valueOf(timers, 'holdtime')].join(' '),
    connect: valueOf(timers, 'connect') ?? '',
    advertisementInterval: valueOf(items, 'advertisement-interval') ?? '',
    families: blockAt(items, 'address-family').flatMap((item) =>
      item.kind === 'block'
        ? [`${item.name}${has(item.items, 'route-reflector-client') ? ' reflected' : ''}`]
        : [],
    ),
    options: [
      ...(has(family, 'default-originate') ? ['default-originate'] : []),
      ...valuesOf(family, 'maximum-prefix').map((most) => `maximum-prefix ${most}`),
      ...(has(blockAt(family, 'nexthop-self'), 'force') ? ['next-hop-self force'] : []),
    ],
    import: valuesOf(maps, 'import').map(dotted)[0],
    export: valuesOf(maps, 'export').map(dotted)[0],
  };
}

function vyosClause(rule: readonly Item[], removed: string): ClauseFacts {
  const match = blockAt(rule, 'match');
  const set = blockAt(rule, 'set');
  const communities = blockAt(set, 'community');
  const said = (option: string, values: readonly string[], more = ''): string[] =>
    values.length === 0 ? [] : [`${option} ${values.join(' ').replace('local-as', 'local-AS')}${more}`];
  return {
    action: valueOf(rule, 'action') ?? '',
    lines: [
      ...said('match as-path', valuesOf(match, 'as-path').map(dotted)),
      ...said('match community', valuesOf(blockAt(match, 'community'), 'community-list').map(dotted)),
      ...said(
        'match ip address prefix-list',
        valuesOf(blockAt(match, 'ip', 'address'), 'prefix-list').map(dotted),
      ),
      ...(has(blockAt(rule, 'on-match'), 'next') ? ['on-match next'] : []),
      ...said('on-match goto', valuesOf(blockAt(rule, 'on-match'), 'goto')),
      ...said('set as-path prepend', valuesOf(blockAt(set, 'as-path'), 'prepend')),
      ...said(
        'set comm-list',
        valuesOf(communities, 'delete').map((list) => named(list, removed)),
        ' delete',
      ),
      ...said('set community', valuesOf(communities, 'replace')),
      ...said('set community', valuesOf(communities, 'add'), ' additive'),
      ...said('set ip next-hop', valuesOf(set, 'ip-next-hop')),
      ...said('set local-preference', valuesOf(set, 'local-preference')),
      ...said('set metric', valuesOf(set, 'metric')),
      ...said('set weight', valuesOf(set, 'weight')),
    ].sort(),
  };
}
