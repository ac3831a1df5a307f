import type { DesiredConnection, DesiredHop, DesiredPath, DesiredWorkload } from '../plan/desired.ts';
import { asPathAlong } from '../plan/as-path.ts';
import type { Selection } from '../plan/selection.ts';

/** One direction of a proof: packets from a workload to an address, and the routers that they must pass. */
export interface ProbeDirection {
  /** Workload whose network namespace sends. */
  readonly from: string;
  readonly to: string;
  /** Address of the workload that packets are to come from; absent: that of the interface that they leave by. */
  readonly source?: string;
  /** Routers in order, by the address that packets enter them by. */
  readonly hops: readonly DesiredHop[];
}

/** Addresses of all that packets must be seen at, in order: the routers, then the destination. */
export const waypointsOf = ({ hops, to }: ProbeDirection): readonly string[] => [
  ...hops.map(({ address }) => address),
  to,
];

/** Hops beyond the expected ones that a trace follows, so that a detour is seen. */
const DETOUR_HOPS = 4;

/** How far to trace. */
export const farthestHop = (direction: ProbeDirection): number => waypointsOf(direction).length + DETOUR_HOPS;

/** The AS path that a router must have for a prefix. */
export interface ProbeEdge {
  readonly router: string;
  readonly prefix: string;
  readonly asPath: readonly number[];
}

/** What must be seen for a connection, or for a Path that no connection uses. */
export interface Probe {
  readonly forward: ProbeDirection;
  readonly reverse: ProbeDirection;
  /** The AS path that the near edge's table must show for a prefix at the far end; undefined: BGP does not decide. */
  readonly edge?: ProbeEdge;
  /** Over SRv6: what its packets are told by. */
  readonly flow?: ProbeFlow;
  /** Layer 2, where what is traced is the tunnel: packets that one host sends another within their LAN. */
  readonly echo?: { readonly from: string; readonly to: string };
  /** Layer 3 over BGP: packets between the hosts that tell loss and round-trip time, and decide nothing. */
  readonly sample?: { readonly from: string; readonly to: string };
}

/** Packets that a connection takes. */
export interface ProbeFlow {
  readonly selection: Selection | undefined;
  /** It takes echo requests and their answers; else packets of `protocol` to `port` are sent that end at the last router, so that no application gets any. */
  readonly echoes: boolean;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** Of packets to a connection that looks for a protocol and for no port. */
const DISCARD = 9;

function flowOf(selection: Selection | undefined): ProbeFlow {
  const { protocol, ports = [] } = selection ?? {};
  return {
    selection,
    echoes: ports.length === 0 && (protocol === undefined || protocol === 'icmp'),
    protocol: protocol === 'tcp' ? 'tcp' : 'udp',
    port: ports[0]?.first ?? DISCARD,
  };
}

export function probeOfConnection(connection: DesiredConnection): Probe {
  const { from, to, tunnel, forward, reverse, asPath, course } = connection;
  if (tunnel !== undefined)
    return {
      forward: { from: `router/${from.router}`, to: tunnel.to, source: tunnel.from, hops: forward },
      reverse: { from: `router/${to.router}`, to: tunnel.from, source: tunnel.to, hops: reverse },
      edge: { router: from.router, prefix: `${tunnel.to}/32`, asPath },
      echo: { from: from.workload, to: to.address },
    };
  return {
    forward: { from: from.workload, to: to.address, hops: forward },
    reverse: { from: to.workload, to: from.address, hops: reverse },
    ...(course === undefined
      ? {
          edge: { router: from.router, prefix: to.subnet, asPath },
          sample: { from: from.workload, to: to.address },
        }
      : { flow: flowOf(course.selection) }),
  };
}

/** From the first router to the last one's address on the last link, and back. */
export function probeOfPath(
  path: DesiredPath,
  workloads: ReadonlyMap<string, DesiredWorkload>,
): Probe | undefined {
  const first = path.via[0];
  const last = path.via.at(-1);
  const nearest = path.links[0];
  const farthest = path.links.at(-1);
  if (first === undefined || last === undefined || nearest === undefined || farthest === undefined)
    return undefined;
  const onward = path.links.map(({ between, addresses }) => ({ router: between[1], address: addresses[1] }));
  const back = path.links
    .map(({ between, addresses }) => ({ router: between[0], address: addresses[0] }))
    .reverse();
  const asns = path.via.slice(0, -1).flatMap((router) => {
    const setup = workloads.get(`router/${router}`)?.setup;
    return setup?.type === 'router' ? [setup.asn] : [];
  });
  return {
    forward: { from: `router/${first}`, to: farthest.addresses[1], hops: onward.slice(0, -1) },
    reverse: { from: `router/${last}`, to: nearest.addresses[0], hops: back.slice(0, -1) },
    edge: { router: first, prefix: farthest.subnet, asPath: asPathAlong(asns) },
  };
}

/** Packets and their answers that links delay by more than this, in ms, are not waited for. */
export const LONGEST_MS = 30_000;

/**
 * What the properties of a Path's links add to the time of a packet and its answer, in ms.
 * @param isDelayed false: the kernel at that end cannot.
 */
export function addedMs(
  path: Pick<DesiredPath, 'links'>,
  isDelayed: (router: string, network: string) => boolean,
): number {
  const delays = path.links.flatMap(({ shape, network }) =>
    Object.entries(shape?.egress ?? {})
      .filter(([router]) => isDelayed(router, network))
      .map(([, { delayUs, jitterUs }]) => delayUs + jitterUs),
  );
  return Math.ceil(delays.reduce((sum, us) => sum + us, 0) / 1000);
}
