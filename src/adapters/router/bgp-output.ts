import { z } from 'zod';
import type { RouteEntry, RouterSession } from '../../core/diff/observed-router.ts';

/* What FRR's vtysh says of BGP as JSON, the same from FRR 7.5 on: VyOS has FRR below it. */

export const SUMMARY = 'show bgp ipv4 unicast summary json';
export const SHOW_ROUTES = ['vtysh', '-c', 'show bgp ipv4 unicast json'];

export const clearSession = (peerAddress: string): readonly string[] => [
  'vtysh',
  '-c',
  `clear bgp ${peerAddress}`,
];

const Summary = z.object({
  peers: z
    .record(
      z.string(),
      z.object({
        remoteAs: z.number(),
        state: z.string(),
        pfxRcd: z.number().optional(),
        peerUptimeEstablishedEpoch: z.number().optional(),
        peerUptimeMsec: z.number().optional(),
      }),
    )
    .default({}),
});

/** Without `router bgp` there is only a warning. */
const Table = z.object({
  routes: z
    .record(
      z.string(),
      z.array(
        z.object({
          bestpath: z.boolean().optional(),
          path: z.string(),
          nexthops: z.array(z.object({ ip: z.string(), used: z.boolean().optional() })),
        }),
      ),
    )
    .default({}),
});

/** Reads `show bgp ipv4 unicast summary json`; a router without BGP answers with an empty object. */
export function sessionsIn(json: string, watched: ReadonlySet<string>): readonly RouterSession[] {
  const summary = Summary.parse(JSON.parse(json || '{}'));
  return Object.entries(summary.peers)
    .map(([address, peer]) => ({
      address,
      asn: peer.remoteAs,
      state: peer.state,
      establishedAt: peer.state === 'Established' ? rfc3339(peer.peerUptimeEstablishedEpoch) : undefined,
      upMs: peer.state === 'Established' ? peer.peerUptimeMsec : undefined,
      watched: watched.has(address),
      prefixesReceived: peer.pfxRcd ?? 0,
    }))
    .sort((a, b) => a.address.localeCompare(b.address));
}

const rfc3339 = (epoch: number | undefined): string | undefined =>
  epoch === undefined ? undefined : new Date(epoch * 1000).toISOString();

/** Reads `show bgp ipv4 unicast json`: the best routes. */
export const routesIn = (json: string): readonly RouteEntry[] =>
  Object.entries(Table.parse(JSON.parse(json)).routes).flatMap(([prefix, routes]) => {
    const best = routes.find((route) => route.bestpath === true);
    if (best === undefined) return [];
    const nextHop = best.nexthops.find((hop) => hop.used === true)?.ip ?? '0.0.0.0';
    return [{ prefix, nextHop, asPath: best.path.split(' ').filter(Boolean).map(Number) }];
  });
