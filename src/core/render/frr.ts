import { parsePrefix } from '../plan/ipv4.ts';
import type { DesiredSession } from '../plan/desired.ts';
import { extra, withOwnPart } from './frr-extra.ts';
import { nextHops, oneWay, reflected, reflection } from './frr-ibgp.ts';
import {
  aggregateLines,
  asPathListLines,
  clauseBlocks,
  communityListLines,
  limitLines,
  prefixListLines,
} from './frr-policy.ts';
import { passwordText } from './frr-secrets.ts';
import type { RenderedRouter } from './router.ts';
import {
  BFD_MULTIPLIER,
  bfdInterval,
  bfdIntervals,
  bfdProfile,
  DISCARD_DISTANCE,
  type Routing,
  routingOf,
} from './routing.ts';
import { type ConfigurationText, configurationText } from './text.ts';

/**
 * A complete frr.conf, in the order in which FRR 8.4 itself writes one, so that what runs can be compared line by line.
 * `bgp router-id` comes first: set later, it would change route distinguishers and export targets that exist by then. Prefix-lists and the
 * route-maps of neighbours come before BGP, since a route-map that is not there yet takes nothing.
 */
export function renderFrr(given: RenderedRouter): ConfigurationText {
  const routing = routingOf(given, (address) => address);
  const router = { ...given, sessions: routing.policies.map(({ session }) => session) };
  const maps = routing.policies.flatMap(({ heard, told }) => [heard, told].flatMap((map) => map ?? []));
  const blocks = [
    [
      'frr defaults traditional',
      `hostname ${router.hostname}`,
      // Route maps act at once: by default new ones deny everything, and changed ones change nothing, for five seconds.
      'zebra route-map delay-timer 0',
      'bgp route-map delay-timer 0',
      'service integrated-vtysh-config',
    ],
    discardRoutes(routing),
    loopback(routing),
    [...prefixLists(routing), ...maps.flatMap(prefixListLines)],
    maps.flatMap(asPathListLines),
    maps.flatMap(communityListLines),
    ...maps.flatMap(clauseBlocks),
    ['router bgp ' + router.asn.toString(), ...bgp(router, routing), 'exit'],
    ...ownSubnetsOnly(routing),
    bfd(router),
    extra(router.extraConfig),
  ];
  const text = blocks
    .filter((block) => block.length > 0)
    .map((block) => `${block.join('\n')}\n!\n`)
    .join('');
  return configurationText(text);
}

/** FRR lists static routes by length first. */
const discardRoutes = ({ discarded }: Routing): string[] =>
  [...discarded]
    .sort((one, other) => parsePrefix(one).length - parsePrefix(other).length)
    .map((prefix) => `ip route ${prefix} blackhole ${DISCARD_DISTANCE.toString()}`);

/** The router's own addresses; those of tunnels are on it too, since not every kernel has dummy interfaces. */
const loopback = ({ addresses }: Routing): string[] =>
  addresses.length === 0
    ? []
    : ['interface lo', ...addresses.map((address) => ` ip address ${address}`), 'exit'];

/** Sequence numbers are the prefixes' addresses, so that the lines stay when others come and go. */
function prefixLists({ connected, preferences }: Routing): string[] {
  const list = (name: string, prefixes: readonly string[], more = ''): string[] =>
    prefixes.map(
      (prefix) => `ip prefix-list ${name} seq ${String(parsePrefix(prefix).base)} permit ${prefix}${more}`,
    );
  return [
    ...list('hinge-own', connected, ' le 32'),
    ...preferences.flatMap(({ name, entries }) => list(name, entries)),
  ];
}

/**
 * BGP's routes to a subnet of the router's own are not put into the kernel. Where there is a way round, the other end of a link announces
 * its subnet as soon as it is plugged in, and the engine refuses to plug an address that a route of the container covers already.
 */
function ownSubnetsOnly({ connected }: Routing): string[][] {
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
function bgp(router: RenderedRouter, { policies, networks, aggregates }: Routing): string[] {
  const { routerId, sessions, bgp: { gracefulRestart } = {} } = router;
  const family = [
    ...networks.map((prefix) => `  network ${prefix}`),
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

function neighbor(session: DesiredSession): string[] {
  const { address, asn, peer, pace, bfd: watched, password } = session;
  const profileName = bfdProfile(bfdInterval(session));
  return [
    ` neighbor ${address} remote-as ${asn.toString()}`,
    ` neighbor ${address} description ${peer}`,
    ...(watched === false
      ? []
      : [` neighbor ${address} bfd`, ` neighbor ${address} bfd profile ${profileName}`]),
    ...(password === undefined ? [] : [` neighbor ${address} password ${passwordText(password)}`]),
    ` neighbor ${address} advertisement-interval 0`,
    ...(pace === undefined
      ? []
      : [` neighbor ${address} timers ${pace.keepalive.toString()} ${pace.hold.toString()}`]),
    ` neighbor ${address} timers connect ${(pace?.connect ?? 1).toString()}`,
  ];
}

function bfd({ sessions }: RenderedRouter): string[] {
  if (sessions.length === 0) return [];
  return ['bfd', ...bfdIntervals(sessions).flatMap(profile), 'exit'];
}

const profile = (intervalMs: number): string[] => [
  ` profile ${bfdProfile(intervalMs)}`,
  `  detect-multiplier ${BFD_MULTIPLIER.toString()}`,
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
