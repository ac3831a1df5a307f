import { isInternal } from '../plan/autonomous-system.ts';
import type { DesiredSession } from '../plan/desired.ts';
import { parsePrefix } from '../plan/ipv4.ts';
import { extra, withOwnPart } from './frr-extra.ts';
import { nextHops, oneWay, reflected, reflection } from './frr-ibgp.ts';
import { aggregateLines, limitLines, preference, type RouteMap, routeMap } from './frr-policy.ts';
import { passwordText } from './frr-secrets.ts';
import {
  discarded,
  originated,
  ownAddresses,
  type RenderedRouter,
  sortedPrefixes,
  withUsableSessions,
} from './rendered-router.ts';
import { type ConfigurationText, configurationText } from './text.ts';

/**
 * A complete frr.conf, in the order in which FRR 8.4 itself writes one, so that what runs can be compared line by line.
 * `bgp router-id` comes first: set later, it would change route distinguishers and export targets that exist by then. Prefix-lists and the
 * route-maps of neighbours come before BGP, since a route-map that is not there yet takes nothing.
 */
export function renderFrr(given: RenderedRouter): ConfigurationText {
  const router = withUsableSessions(given);
  const policies = router.sessions.map((session) => policyOf(router, session));
  const maps = policies.flatMap(({ heard, told }) => [heard, told].flatMap((map) => map ?? []));
  const blocks = [
    [
      'frr defaults traditional',
      `hostname ${router.hostname}`,
      // Route maps act at once: by default new ones deny everything, and changed ones change nothing, for five seconds.
      'zebra route-map delay-timer 0',
      'bgp route-map delay-timer 0',
      'service integrated-vtysh-config',
    ],
    discardRoutes(router),
    loopback(router),
    [...prefixLists(router), ...maps.flatMap(({ prefixLists: lists }) => lists)],
    maps.flatMap(({ asPathLists }) => asPathLists),
    maps.flatMap(({ communityLists }) => communityLists),
    ...maps.flatMap(({ clauses }) => clauses),
    ['router bgp ' + router.asn.toString(), ...bgp(router, policies), 'exit'],
    ...ownSubnetsOnly(router),
    bfd(router),
    extra(router.extraConfig),
  ];
  const text = blocks
    .filter((block) => block.length > 0)
    .map((block) => `${block.join('\n')}\n!\n`)
    .join('');
  return configurationText(text);
}

/**
 * What a router advertises beyond its interfaces it also has a route for, so that BGP finds it and that packets to
 * addresses that are not there end here instead of following a wider prefix back to where they came from. The distance
 * is the worst that FRR installs, so that any real route to the same prefix (from extraConfig, say) is taken instead.
 */
function discardRoutes(router: RenderedRouter): string[] {
  // FRR lists static routes by length first.
  return discarded(router)
    .sort((one, other) => parsePrefix(one).length - parsePrefix(other).length)
    .map((prefix) => `ip route ${prefix} blackhole 254`);
}

function loopback(router: RenderedRouter): string[] {
  const addresses = ownAddresses(router);
  if (addresses.length === 0) return [];
  return ['interface lo', ...addresses.map((address) => ` ip address ${address}`), 'exit'];
}

/** By neighbour, sorted by address: the prefixes that it is preferred for. */
function preferredFrom({ preferred, sessions }: RenderedRouter): { from: string; prefixes: string[] }[] {
  return sessions
    .map(({ address: from }) => ({
      from,
      prefixes: sortedPrefixes(preferred.filter((one) => one.from === from).map(({ prefix }) => prefix)),
    }))
    .filter(({ prefixes }) => prefixes.length > 0);
}

/** Sequence numbers are the prefixes' addresses, so that the lines stay when others come and go. */
function prefixLists(router: RenderedRouter): string[] {
  const list = (name: string, prefixes: readonly string[], more = ''): string[] =>
    prefixes.map(
      (prefix) => `ip prefix-list ${name} seq ${String(parsePrefix(prefix).base)} permit ${prefix}${more}`,
    );
  return [
    ...list('hinge-own', sortedPrefixes(router.connected), ' le 32'),
    ...preferredFrom(router).flatMap(({ from, prefixes }) => list(`hinge-via-${from}`, prefixes)),
  ];
}

/** A session with its route-maps; undefined: it needs none. */
interface Policy {
  readonly session: DesiredSession;
  readonly heard: RouteMap | undefined;
  readonly told: RouteMap | undefined;
}

/** What a neighbour announces of what is to go through it is preferred to what others announce, however short their way. */
function policyOf(router: RenderedRouter, session: DesiredSession): Policy {
  const { address, policy } = session;
  const preferred = router.preferred.some(({ from }) => from === address)
    ? { list: `hinge-via-${address}`, set: preference(router) }
    : undefined;
  const way = { asn: router.asn, internal: isInternal(session, router.asn) };
  return {
    session,
    heard: routeMap(`hinge-from-${address}`, policy?.import ?? [], way, preferred),
    told: routeMap(`hinge-to-${address}`, policy?.export ?? [], way),
  };
}

/**
 * BGP's routes to a subnet of the router's own are not put into the kernel. Where there is a way round, the other end of a link announces
 * its subnet as soon as it is plugged in, and the engine refuses to plug an address that a route of the container covers already.
 */
function ownSubnetsOnly({ connected }: RenderedRouter): string[][] {
  if (connected.length === 0) return [];
  return [
    ['route-map hinge-kernel deny 1', ' match ip address prefix-list hinge-own', 'exit'],
    ['route-map hinge-kernel permit 2', 'exit'],
    ['ip protocol bgp route-map hinge-kernel'],
  ];
}

/**
 * Why not FRR's defaults: eBGP without filters is the point of a testbed; a second instead of two minutes between
 * connection attempts, and no wait before updates, let a chain of 23 routers settle in 1.4 s; a silent neighbour is
 * noticed by BFD, and where it does not speak that within 9 s (three lost keepalives, as in FRR's datacenter profile) instead
 * of 180 s; and of paths of equal length the one from the lower router id wins, not the one that came first, so that the same
 * testbed routes the same.
 */
function bgp(router: RenderedRouter, policies: readonly Policy[]): string[] {
  const { routerId, sessions, bgp: { gracefulRestart, aggregates = [] } = {} } = router;
  const family = [
    ...originated(router).map((prefix) => `  network ${prefix}`),
    ...aggregateLines(aggregates),
    ...policies.flatMap(({ session, heard, told }) => [
      `  neighbor ${session.address} activate`,
      ...reflected(session, router),
      ...nextHops(session, router),
      ...limitLines(session),
      ...(heard === undefined ? [] : [`  neighbor ${session.address} route-map ${heard.name} in`]),
      ...(told === undefined ? [] : [`  neighbor ${session.address} route-map ${told.name} out`]),
    ]),
    ...oneWay(router),
  ];
  return [
    ` bgp router-id ${routerId}`,
    ' bgp log-neighbor-changes',
    ' no bgp ebgp-requires-policy',
    ' no bgp default ipv4-unicast',
    ' coalesce-time 0',
    ...(gracefulRestart === undefined ? [] : graceful(gracefulRestart)),
    ...reflection(router),
    ' bgp bestpath compare-routerid',
    ' timers bgp 3 9',
    ...sessions.flatMap(neighbor),
    ...(family.length === 0 ? [] : [' !', ' address-family ipv4 unicast', ...family, ' exit-address-family']),
    ...evpn(router),
  ];
}

/** Announces where hosts of LANs are. Next hops stay as they are by FRR's default: they are the ends of the tunnels. */
function evpn(router: RenderedRouter): string[] {
  const { sessions, vteps = [] } = router;
  const lines = [
    ...sessions.flatMap((session) =>
      session.evpn ? [`  neighbor ${session.address} activate`, ...reflected(session, router)] : [],
    ),
    ...(vteps.length === 0 ? [] : ['  advertise-all-vni']),
  ];
  return lines.length === 0 ? [] : [' !', ' address-family l2vpn evpn', ...lines, ' exit-address-family'];
}

/** FRR's own default, in s, which it does not print. */
const USUAL_RESTART = 120;

const graceful = ({ restartTime }: { readonly restartTime: number }): string[] => [
  ...(restartTime === USUAL_RESTART ? [] : [` bgp graceful-restart restart-time ${restartTime.toString()}`]),
  ' bgp graceful-restart',
];

const neighbor = ({ address, asn, peer, pace, bfd: watched, password }: DesiredSession): string[] => [
  ` neighbor ${address} remote-as ${asn.toString()}`,
  ` neighbor ${address} description ${peer}`,
  ...(watched === false
    ? []
    : [` neighbor ${address} bfd`, ` neighbor ${address} bfd profile ${bfdProfile(intervalOf(pace))}`]),
  ...(password === undefined ? [] : [` neighbor ${address} password ${passwordText(password)}`]),
  ` neighbor ${address} advertisement-interval 0`,
  ...(pace === undefined
    ? []
    : [` neighbor ${address} timers ${pace.keepalive.toString()} ${pace.hold.toString()}`]),
  ` neighbor ${address} timers connect ${(pace?.connect ?? 1).toString()}`,
];

const intervalOf = (pace: DesiredSession['pace']): number => pace?.bfdMs ?? BFD_INTERVAL_MS;

/** Neighbours behind links that delay BFD have slower profiles. */
const bfdProfile = (intervalMs: number): string =>
  intervalMs === BFD_INTERVAL_MS ? 'hinge' : `hinge-${intervalMs.toString()}`;

/**
 * A neighbour that is silent for two seconds is gone (RFC 5880: 4 × 500 ms). Slower than BFD can, on purpose: router containers share
 * processors, and one that has to wait a second for its turn has not failed.
 */
const BFD_INTERVAL_MS = 500;

function bfd({ sessions }: RenderedRouter): string[] {
  if (sessions.length === 0) return [];
  const intervals = [...new Set([BFD_INTERVAL_MS, ...sessions.map(({ pace }) => intervalOf(pace))])];
  return ['bfd', ...intervals.sort((one, other) => one - other).flatMap(profile), 'exit'];
}

const profile = (intervalMs: number): string[] => [
  ` profile ${bfdProfile(intervalMs)}`,
  '  detect-multiplier 4',
  `  transmit-interval ${intervalMs.toString()}`,
  `  receive-interval ${intervalMs.toString()}`,
  ' exit',
  ' !',
];

/** The same configuration without BFD for these neighbours; what the user wrote stays. */
export function withoutBfd(
  { text, hash }: ConfigurationText,
  addresses: readonly string[],
): ConfigurationText {
  if (addresses.length === 0) return { text, hash };
  const omitted = addresses.map((address) => ` neighbor ${address} bfd`);
  const rest = withOwnPart(text, (own) =>
    own
      .split('\n')
      .filter((line) => !omitted.some((start) => line === start || line.startsWith(`${start} `)))
      .join('\n'),
  );
  return configurationText(rest);
}

/** The neighbours' addresses that a configuration, rendered or running, watches with BFD. */
export const watchedIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^ neighbor (\S+) bfd$/gm)].flatMap(([, address]) => address ?? []));
