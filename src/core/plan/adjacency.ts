import type { DesiredSession, DesiredShaping } from './desired.ts';
import { parseAddress } from './ipv4.ts';
import { paceOf } from './pace.ts';
import { evpnLinks } from './planned-lan.ts';
import { type Secrets, sessionTerms } from './session-terms.ts';
import type { Topology } from './topology.ts';

/** What a router is joined to. */
export interface Adjacency {
  /** BGP sessions over its links, sorted by address. */
  readonly sessions: readonly DesiredSession[];
  /** Subnets of its links and access networks. */
  readonly subnets: readonly string[];
  /** Of its ends of links that have properties, sorted by network. */
  readonly shaping: readonly DesiredShaping[];
}

/** By router: every planned one has an entry. */
export function adjacenciesOf(
  { routers, links, accesses, lans, paths }: Topology,
  secrets: Secrets,
): ReadonlyMap<string, Adjacency> {
  const found = new Map(
    [...routers.keys()].map((name) => [
      name,
      { sessions: [] as DesiredSession[], subnets: [] as string[], shaping: [] as DesiredShaping[] },
    ]),
  );
  const evpn = evpnLinks(lans, paths);
  for (const { key, first, second, addresses, claim, shape, session } of links.values()) {
    const pace = shape === undefined ? undefined : paceOf(shape);
    for (const [router, peer] of [[first, second] as const, [second, first] as const]) {
      const asn = routers.get(peer)?.asn;
      const address = addresses[peer];
      if (asn === undefined || address === undefined) continue;
      found.get(router)?.sessions.push({
        ...{ peer, asn, address, network: key },
        ...(evpn.has(key) && { evpn: true as const }),
        ...sessionTerms({ router: routers.get(router)?.object.spec.bgp, peer, link: session, pace }, secrets),
      });
      found.get(router)?.subnets.push(claim.value);
      const [own, egress] = [addresses[router], shape?.egress[router]];
      if (own === undefined || shape === undefined || egress === undefined) continue;
      const { mtu, control } = shape;
      found.get(router)?.shaping.push({ network: key, address: own, egress, mtu, control });
    }
  }
  for (const { router, claim } of accesses.values()) found.get(router)?.subnets.push(claim.value);
  for (const { sessions } of found.values()) {
    sessions.sort((one, other) => parseAddress(one.address) - parseAddress(other.address));
  }
  return found;
}
