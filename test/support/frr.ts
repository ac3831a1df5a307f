import { z } from 'zod';
import type { Container } from './containers.ts';

const table = z.object({
  routes: z.record(
    z.string(),
    z.array(
      z.object({
        bestpath: z.boolean().optional(),
        path: z.string(),
        nexthops: z.array(z.object({ ip: z.string(), used: z.boolean().optional() })),
      }),
    ),
  ),
});

const neighbors = z.record(
  z.string(),
  z.object({
    bgpState: z.string(),
    bgpTimerUpEstablishedEpoch: z.number().optional(),
    connectionsEstablished: z.number(),
    connectionsDropped: z.number(),
    lastNotificationReason: z.string().optional(),
  }),
);

/** One line per path in the router's BGP table: best or not, prefix, next hop, AS path; the best path of a prefix first. */
export async function bgpTable(router: Container): Promise<string> {
  const { routes } = table.parse(JSON.parse(await router.run('vtysh', '-c', 'show ip bgp json')));
  return Object.entries(routes)
    .flatMap(([prefix, paths]) =>
      paths
        .map(({ bestpath, path, nexthops }) => {
          const hop = nexthops.find(({ used }) => used === true)?.ip ?? '';
          return `${bestpath === true ? '*>' : '*'} ${prefix} ${hop} ${path}`.trimEnd();
        })
        .sort((one, other) => Number(other.startsWith('*>')) - Number(one.startsWith('*>'))),
    )
    .map((line) => `${line}\n`)
    .join('');
}

export interface Session {
  readonly state: string;
  /** How often it was established and lost since the router's container started. */
  readonly established: number;
  readonly dropped: number;
  /** Seconds since the epoch. */
  readonly since: number | undefined;
  /** Why the last session ended, as a notification of RFC 4271 said. */
  readonly lastNotification: string | undefined;
}

/** A router's BGP sessions, by the neighbour's address; of one that runs FRR. */
export async function sessionsOf(router: Container): Promise<Readonly<Record<string, Session>>> {
  const text = await router.run('vtysh', '-c', 'show bgp neighbors json');
  return Object.fromEntries(
    Object.entries(neighbors.parse(JSON.parse(text))).map(([address, neighbor]) => [
      address,
      {
        state: neighbor.bgpState,
        established: neighbor.connectionsEstablished,
        dropped: neighbor.connectionsDropped,
        since: neighbor.bgpTimerUpEstablishedEpoch,
        lastNotification: neighbor.lastNotificationReason,
      },
    ]),
  );
}

/** The hops that ICMP packets pass, the destination last; `*` where nothing answered. Sent from inside the container. */
export async function traceroute(from: Container, address: string): Promise<readonly string[]> {
  const text = await from.run('traceroute', '-n', '-I', '-q', '1', '-w', '3', '-m', '64', address);
  return [...text.matchAll(/^ *\d+ +(\S+)/gm)].map(([, hop = '']) => hop);
}
