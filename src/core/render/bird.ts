import { isInternal } from '../plan/autonomous-system.ts';
import type { DesiredSession } from '../plan/desired.ts';
import { USUAL_PACE } from '../plan/pace.ts';
import { extra, withOwnPart } from './bird-extra.ts';
import { protocolOf, symbolOf } from './bird-names.ts';
import { exportFilter, importFilter, KERNEL_FILTER, prefixSet } from './bird-policy.ts';
import { passwordText } from './bird-secrets.ts';
import type { RenderedRouter } from './router.ts';
import { BFD_MULTIPLIER, type Routing, routingOf } from './routing.ts';
import { type ConfigurationText, configurationText } from './text.ts';

/** A complete bird.conf for BIRD 2.0. Addresses on lo are in its comments: hinge-addresses of the image sets them, since BIRD sets none. */
export function renderBird(given: RenderedRouter): ConfigurationText {
  const routing = routingOf(given, symbolOf);
  const sessions = routing.policies.map(({ session }) => session);
  const router = { ...given, sessions };
  const blocks = [
    [`# ${router.hostname}, by hinge`, ...routing.addresses.map((address) => `# address ${address}`)],
    [
      'log stderr { warning, error, fatal, bug, auth };',
      `router id ${router.routerId};`,
      'timeformat protocol "%s";',
    ],
    ['protocol device {', '  scan time 10;', '}'],
    direct(routing),
    discard(routing),
    kernel(routing),
    own(routing),
    ...sessions.flatMap((session) => [importFilter(router, session), exportFilter(router, session)]),
    sessions.length === 0 ? [] : ['protocol bfd hinge_bfd {', '}'],
    ...sessions.map((session) => neighbor(router, session)),
    extra(router.extraConfig),
  ];
  return configurationText(
    blocks
      .filter((block) => block.length > 0)
      .map((block) => `${block.join('\n')}\n`)
      .join('\n'),
  );
}

/** Routes to the subnets of its interfaces, and to its addresses, as long as they are there. */
function direct({ discarded, networks }: Routing): string[] {
  const elsewhere = new Set(discarded);
  const there = networks.filter((prefix) => !elsewhere.has(prefix));
  const taken =
    there.length === 0
      ? ['    import none;']
      : ['    import where net ~ [', ...prefixSet(there, 6), '    ];'];
  return ['protocol direct hinge_direct {', '  check link;', '  ipv4 {', ...taken, '  };', '}'];
}

/**
 * What a router advertises beyond its interfaces it also has a route for, so that packets to addresses that are not there end here instead of
 * following a wider prefix back to where they came from. It outweighs what BGP hears, and gives way to any static route of extraConfig.
 */
function discard({ discarded }: Routing): string[] {
  if (discarded.length === 0) return [];
  return [
    'protocol static hinge_discard {',
    ...['  ipv4 {', '    preference 190;', '  };'],
    ...discarded.map((prefix) => `  route ${prefix} blackhole;`),
    '}',
  ];
}

/**
 * BGP's routes to a subnet of the router's own are not put into the kernel. Where there is a way round, the other end of a link announces
 * its subnet as soon as it is plugged in, and the engine refuses to plug an address that a route of the container covers already.
 * Routes stay while BIRD is started anew. Those of others, such as Docker's default route, it neither learns nor touches.
 */
function kernel({ connected }: Routing): string[] {
  const inside = connected.map((prefix) => `${prefix}+`);
  return [
    ...[`filter ${KERNEL_FILTER} {`, '  if source = RTS_DEVICE then reject;'],
    ...(inside.length === 0 ? [] : ['  if net ~ [', ...prefixSet(inside, 4), '  ] then reject;']),
    ...['  accept;', '}'],
    ...['protocol kernel hinge_kernel {', '  scan time 10;', '  persist;', '  ipv4 {'],
    ...['    import none;', `    export filter ${KERNEL_FILTER};`, '  };', '}'],
  ];
}

/** What neighbours are told at all: what BGP has brought, and what the router originates. */
function own({ policies, networks }: Routing): string[] {
  if (policies.length === 0) return [];
  return [
    'function hinge_told() {',
    '  if source = RTS_BGP then return true;',
    ...(networks.length === 0
      ? ['  return false;']
      : ['  return net ~ [', ...prefixSet(networks, 4), '  ];']),
    '}',
  ];
}

/** Up to this many s BIRD waits by default before it speaks again after an error; a testbed has neighbours that come and go. */
const AFTER_ERROR = '  error wait time 1, 2;';

/** Timers are those of FRR (frr.ts), for the same reasons. */
function neighbor(router: RenderedRouter, session: DesiredSession): string[] {
  const { address, asn, peer, pace = USUAL_PACE, bfd, password, policy } = session;
  const symbol = symbolOf(address);
  const within = isInternal(session, router.asn);
  const limit = policy?.maximumPrefixes;
  return [
    `protocol bgp ${protocolOf(address)} {`,
    `  description "${peer}";`,
    `  local as ${String(router.asn)};`,
    `  neighbor ${address} as ${String(asn)};`,
    '  direct;',
    ...(bfd === false ? [] : [bfdLine(pace.bfdMs)]),
    ...(password === undefined ? [] : [`  password "${passwordText(password)}";`]),
    `  hold time ${String(pace.hold)};`,
    `  keepalive time ${String(pace.keepalive)};`,
    `  connect retry time ${String(pace.connect)};`,
    '  connect delay time 1;',
    AFTER_ERROR,
    // Every router of an AS reflects for its neighbours there, and there is no IGP: as for FRR (frr-ibgp.ts).
    ...(within ? ['  rr client;'] : []),
    '  ipv4 {',
    ...(within ? ['    next hop self;'] : []),
    ...(limit === undefined
      ? []
      : [`    import limit ${String(limit.limit)} action ${limit.action === 'warn' ? 'warn' : 'disable'};`]),
    `    import filter hinge_from_${symbol};`,
    `    export filter hinge_to_${symbol};`,
    '  };',
    '}',
  ];
}

const bfdLine = (intervalMs: number): string =>
  `  bfd { interval ${String(intervalMs)} ms; multiplier ${String(BFD_MULTIPLIER)}; };`;

const BFD_LINE = /\n {2}bfd \{[^\n]*\};/;

/** Each neighbour's protocol, as hinge writes it. */
const PROTOCOL = /^protocol bgp hinge_(\d+(?:_\d+){3}) \{\n(?: .*\n)*\}$/gm;

/** The same configuration without BFD for these neighbours; what the user wrote stays. */
export function withoutBfd(
  { text, hash }: ConfigurationText,
  addresses: readonly string[],
): ConfigurationText {
  if (addresses.length === 0) return { text, hash };
  const omitted = new Set(addresses.map(symbolOf));
  const rest = withOwnPart(text, (part) =>
    part.replace(PROTOCOL, (block, symbol: string) =>
      omitted.has(symbol) ? block.replace(BFD_LINE, '') : block,
    ),
  );
  return configurationText(rest);
}

/** The neighbours' addresses that a configuration watches with BFD. */
export const watchedIn = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(PROTOCOL)].flatMap(([block, symbol = '']) =>
      BFD_LINE.test(block) ? [symbol.replaceAll('_', '.')] : [],
    ),
  );
