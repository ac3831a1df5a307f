import { isInternal } from '../../plan/autonomous-system.ts';
import type { DesiredSession } from '../../plan/desired.ts';
import {
  BFD_MULTIPLIER,
  bfdInterval,
  bfdIntervals,
  bfdProfile,
  type Policy,
  type Routing,
} from '../routing.ts';
import { block, filled, flag, type Item, leaf, tagged } from './item.ts';
import { passwordPlaceholder } from './password.ts';
import { KERNEL_MAP } from './policy-items.ts';
import type { Traits } from './release-traits.ts';
import type { VyosRouter } from './router.ts';

const KEEPALIVE_S = 3;
const HOLD_S = 9;

const isAmongOthers = ({ asn }: VyosRouter, { policies }: Routing): boolean =>
  policies.some(({ session }) => isInternal(session, asn));

/** The same BGP as on FRR, as far as VyOS has words for it; what it has none for is told by notes. */
export function bgpItem(router: VyosRouter, routing: Routing, traits: Traits): Item {
  const items = [
    ...parameters(router, routing, traits),
    block('timers', [leaf('keepalive', KEEPALIVE_S), leaf('holdtime', HOLD_S)]),
    ...filled('address-family', [
      ...filled('ipv4-unicast', familyItems(router, routing)),
      ...(traits.evpn && router.bridges.length > 0 ? [block('l2vpn-evpn', [flag('advertise-all-vni')])] : []),
    ]),
    ...routing.policies.map((policy) => neighbor(policy, router, traits)),
  ];
  const filter = routing.connected.length > 0 ? [leaf('route-map', KERNEL_MAP)] : [];
  return traits.old
    ? tagged('bgp', router.asn, [...items, ...filter])
    : block('bgp', [leaf('system-as', router.asn), ...items]);
}

/** VyOS originates networks that are not there unless it is told to look, and routes may be filtered by nobody. */
function parameters(router: VyosRouter, routing: Routing, traits: Traits): readonly Item[] {
  const reflects = traits.reflectedPolicy && isAmongOthers(router, routing);
  return [
    block('parameters', [
      leaf('router-id', router.routerId),
      block('bestpath', [flag('compare-routerid')]),
      ...(router.bgp?.gracefulRestart === undefined ? [] : [block('graceful-restart', [])]),
      flag('log-neighbor-changes'),
      flag('network-import-check'),
      ...(reflects ? [flag('route-reflector-allow-outbound-policy')] : []),
    ]),
  ];
}

function familyItems(router: VyosRouter, routing: Routing): readonly Item[] {
  const { policies, networks, aggregates } = routing;
  const several = new Set(policies.map(({ session }) => session.asn)).size < policies.length;
  const oneWay = several || isAmongOthers(router, routing);
  return [
    ...aggregates.map(({ prefix, summaryOnly }) =>
      tagged('aggregate-address', prefix, summaryOnly ? [flag('summary-only')] : []),
    ),
    ...(oneWay ? [block('maximum-paths', [leaf('ebgp', 1), leaf('ibgp', 1)])] : []),
    ...networks.map((prefix) => tagged('network', prefix)),
  ];
}

function neighbor({ session, heard, told }: Policy, router: VyosRouter, traits: Traits): Item {
  const { address, asn, peer, pace, password } = session;
  const reflected = isInternal(session, router.asn) ? [flag('route-reflector-client')] : [];
  return tagged('neighbor', address, [
    leaf('remote-as', asn),
    leaf('description', peer),
    leaf('advertisement-interval', 0),
    ...bfd(session, traits),
    ...(password === undefined ? [] : [leaf('password', passwordPlaceholder(password))]),
    block('timers', [
      leaf('connect', pace?.connect ?? 1),
      ...(pace === undefined
        ? []
        : [leaf('keepalive', pace.keepalive), leaf('holdtime', Math.max(traits.leastHold, pace.hold))]),
    ]),
    block('address-family', [
      // Also where there is nothing to say about it: the neighbour is told no IPv4 routes without.
      block('ipv4-unicast', [
        ...limits(session),
        ...(isInternal(session, router.asn) ? [block('nexthop-self', [flag('force')])] : []),
        ...filled('route-map', [
          ...(heard === undefined ? [] : [leaf('import', heard.name)]),
          ...(told === undefined ? [] : [leaf('export', told.name)]),
        ]),
        ...reflected,
      ]),
      ...(traits.evpn && session.evpn ? [block('l2vpn-evpn', reflected)] : []),
    ]),
  ]);
}

function bfd(session: DesiredSession, { bfdProfiles }: Traits): readonly Item[] {
  if (session.bfd === false) return [];
  return [block('bfd', bfdProfiles ? [leaf('profile', bfdProfile(bfdInterval(session)))] : [])];
}

/** VyOS has no limit that only warns: a note says that there is none. */
function limits({ policy }: DesiredSession): readonly Item[] {
  const { defaultOriginate = false, maximumPrefixes } = policy ?? {};
  return [
    ...(defaultOriginate ? [block('default-originate', [])] : []),
    ...(maximumPrefixes?.action === 'reset' ? [leaf('maximum-prefix', maximumPrefixes.limit)] : []),
  ];
}

export const bfdItems = ({ policies }: Routing, { bfdProfiles }: Traits): readonly Item[] =>
  bfdProfiles
    ? filled(
        'bfd',
        bfdIntervals(policies.map(({ session }) => session)).map((interval) =>
          tagged('profile', bfdProfile(interval), [
            block('interval', [
              leaf('multiplier', BFD_MULTIPLIER),
              leaf('receive', interval),
              leaf('transmit', interval),
            ]),
          ]),
        ),
      )
    : [];
