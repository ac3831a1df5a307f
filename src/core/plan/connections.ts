import type { Connection, Experiment } from '../../api/experiment.ts';
import { seatAddress } from './access-network.ts';
import { asPathAlong } from './as-path.ts';
import { joins } from './connection-check.ts';
import type {
  DesiredConnection,
  DesiredCourse,
  DesiredEnd,
  DesiredExperiment,
  DesiredHop,
} from './desired.ts';
import { flowKey } from './flow-numbers.ts';
import { addressOf } from './ipv4.ts';
import { OVERLAY_MTU } from './link-shape-check.ts';
import { sidOf, type Way } from './locator.ts';
import { addressKey, hostKey, linkKey } from './owners.ts';
import { lanWith, portAddress } from './planned-lan.ts';
import { selectionOf, selects } from './selection.ts';
import { byText } from './sorting.ts';
import type { PlannedAccess, Topology } from './topology.ts';

/** An Experiment with the hosts that are planned, and the connections whose Path is complete. */
export function desiredExperiment(
  experiment: Experiment,
  topology: Topology,
  own: readonly PlannedAccess[],
  /** By flowKey. */
  numbers: ReadonlyMap<string, number>,
): DesiredExperiment {
  const { name } = experiment.metadata;
  const ends = new Map(own.flatMap((access) => endsOf(access)).map((end) => [end.name, end]));
  return {
    name,
    suspended: experiment.spec.suspend,
    hosts: [...ends.values()]
      .map(({ name: host, access, workload, address }) => ({
        name: host,
        workload,
        address,
        network: access.key,
      }))
      .sort(byText(({ name }) => name)),
    connections: experiment.spec.connections
      .flatMap((connection) => {
        const key = flowKey(name, connection.name);
        return (
          desiredConnection(connection, ends, topology, {
            experiment: name,
            number: numbers.get(key) ?? 0,
          }) ?? []
        );
      })
      .sort(byText(({ name }) => name)),
  };
}

interface End extends DesiredEnd {
  readonly name: string;
  readonly access: PlannedAccess;
}

const endsOf = (access: PlannedAccess): End[] =>
  access.seats.map((seat) => ({
    name: seat.host.name,
    access,
    workload: hostKey(access.experiment.metadata.name, seat.host.name),
    router: access.router,
    address: seatAddress(seat, access.claim.value),
    host: seatAddress(seat, access.claim.value),
    edge: access.routerAddress,
    subnet: access.claim.value,
  }));

/** @returns undefined while a host, a link or a router of it is missing, or its Path does not join its ends. */
function desiredConnection(
  connection: Connection,
  ends: ReadonlyMap<string, End>,
  topology: Topology,
  { experiment, number }: { readonly experiment: string; readonly number: number },
): DesiredConnection | undefined {
  const at = (end: 'from' | 'to'): End | undefined => {
    const found = ends.get(connection[end]);
    if (found === undefined || connection.addresses === undefined) return found;
    const address = topology.addresses.get(addressKey(experiment, connection.name, end));
    return address === undefined ? undefined : { ...found, address };
  };
  const [from, to] = [at('from'), at('to')];
  const path = topology.paths.get(connection.path);
  if (from === undefined || to === undefined || path === undefined) return undefined;
  if (!joins(path, from.router, to.router)) return undefined;
  const segmented = path.spec.engineering === 'srv6';
  // Its Path was changed under it: the check of the Experiment says so.
  if (segmented ? connection.layer === 2 : selects(connection)) return undefined;
  if (connection.layer === 2) return tunnelled(connection, from, to, path.spec.via, topology);
  const via = routersBetween(from, to, path.spec.via);
  const course = segmented && via.length > 1 ? courseOf(via, connection, topology, number) : undefined;
  if (segmented && via.length > 1 && course === undefined) return undefined;
  const forward = hopsOf(via, from, to, topology);
  const reverse = hopsOf(via.toReversed(), to, from, topology);
  const asPath = asPathOf(via, topology);
  if (forward === undefined || reverse === undefined || asPath === undefined) return undefined;
  return {
    name: connection.name,
    path: connection.path,
    layer: 3,
    from: end(from),
    to: end(to),
    forward: alongSids(forward, course?.segments.forward),
    reverse: alongSids(reverse, course?.segments.reverse),
    asPath,
    ...(course !== undefined && { course }),
  };
}

/** The IPv6 header, the segment routing header, and each segment in it, in bytes. */
const HEADERS = 40 + 8;
const SEGMENT = 16;

/** @returns undefined while a router has no locator. */
function courseOf(
  via: readonly string[],
  { match }: Connection,
  { routers, links }: Topology,
  number: number,
): DesiredCourse | undefined {
  const sids = (order: readonly string[], way: Way): readonly string[] =>
    order.slice(1).flatMap((router) => {
      const locator = routers.get(router)?.locator;
      return locator === undefined ? [] : [sidOf(locator, number, way)];
    });
  const segments = { forward: sids(via, 'forward'), reverse: sids(via.toReversed(), 'reverse') };
  const count = via.length - 1;
  if (segments.forward.length < count || segments.reverse.length < count) return undefined;
  const narrowest = Math.min(
    ...via
      .slice(1)
      .map((router, index) => links.get(linkKey(via[index] ?? '', router))?.shape?.mtu ?? OVERLAY_MTU),
  );
  return {
    number,
    selection: selectionOf(match),
    segments,
    mtu: narrowest - HEADERS - count * SEGMENT,
  };
}

/** Beyond the first router packets are seen at SIDs. */
const alongSids = (
  hops: readonly DesiredHop[],
  sids: readonly string[] | undefined,
): readonly DesiredHop[] =>
  sids === undefined
    ? hops
    : hops.map((hop, index) => ({ ...hop, address: index === 0 ? hop.address : (sids[index - 1] ?? '') }));

/** A connection of layer 2: frames go from one edge router's end of the tunnel to the other's. */
function tunnelled(
  { name, path }: Connection,
  from: End,
  to: End,
  whole: readonly string[],
  topology: Topology,
): DesiredConnection | undefined {
  const lan = lanWith(topology.lans, from.access.experiment, name);
  const via = routersBetween(from, to, whole);
  const forward = hopsBetween(via, topology);
  const reverse = hopsBetween(via.toReversed(), topology);
  const asPath = asPathOf(via, topology);
  if (lan === undefined || forward === undefined || reverse === undefined || asPath === undefined)
    return undefined;
  const [near, far] = [lan.vteps.get(from.router), lan.vteps.get(to.router)];
  const [one, other] = [portAddress(lan, from.name), portAddress(lan, to.name)];
  if (near === undefined || far === undefined || one === undefined || other === undefined) return undefined;
  return {
    name,
    path,
    layer: 2,
    from: { ...end(from), address: one, subnet: lan.subnet },
    to: { ...end(to), address: other, subnet: lan.subnet },
    tunnel: { from: addressOf(near), to: addressOf(far) },
    forward,
    reverse,
    asPath,
  };
}

/** AS numbers that the first router sees on a route of the last one's. */
function asPathOf(via: readonly string[], { routers }: Topology): readonly number[] | undefined {
  const asns = via.flatMap((router) => routers.get(router)?.asn ?? []);
  return asns.length === via.length ? asPathAlong(asns) : undefined;
}

/** Routers between the first and the last one, each with the address that a packet comes in by. */
function hopsBetween(via: readonly string[], { links }: Topology): readonly DesiredHop[] | undefined {
  const hops = via.slice(1).flatMap((router, index) => {
    const address = links.get(linkKey(via[index] ?? router, router))?.addresses[router];
    return address === undefined ? [] : [{ router, address }];
  });
  return hops.length === via.length - 1 ? hops.slice(0, -1) : undefined;
}

const end = ({ workload, router, address, host, edge, subnet }: End): DesiredEnd => ({
  ...{ workload, router, address, host, edge, subnet },
});

/** A Path is used in either direction; two hosts on one router need none of its links. */
function routersBetween(from: End, to: End, via: readonly string[]): readonly string[] {
  if (from.router === to.router) return [from.router];
  return via[0] === from.router ? via : via.toReversed();
}

/** Routers that a packet passes, each with the address that it comes in by: none within one access network. */
function hopsOf(
  via: readonly string[],
  from: End,
  to: End,
  { links }: Topology,
): readonly DesiredHop[] | undefined {
  if (from.access.key === to.access.key) return [];
  const hops: DesiredHop[] = [];
  for (const [index, router] of via.entries()) {
    const before = via[index - 1];
    const address =
      before === undefined
        ? from.access.routerAddress
        : links.get(linkKey(before, router))?.addresses[router];
    if (address === undefined) return undefined;
    hops.push({ router, address });
  }
  return hops;
}
