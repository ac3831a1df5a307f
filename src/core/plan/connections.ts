import type { Connection, Experiment } from '../../api/experiment.ts';
import { seatAddress } from './access-network.ts';
import { joins } from './connection-check.ts';
import type { DesiredConnection, DesiredEnd, DesiredExperiment, DesiredHop } from './desired.ts';
import { hostKey, linkKey } from './owners.ts';
import { byText } from './sorting.ts';
import type { PlannedAccess, Topology } from './topology.ts';

/** An Experiment with the hosts that are planned, and the connections whose Path is complete. */
export function desiredExperiment(
  experiment: Experiment,
  topology: Topology,
  own: readonly PlannedAccess[],
): DesiredExperiment {
  const ends = new Map(own.flatMap((access) => endsOf(access)).map((end) => [end.host, end]));
  return {
    name: experiment.metadata.name,
    suspended: experiment.spec.suspend,
    hosts: [...ends.values()]
      .map(({ host, access, workload, address }) => ({ name: host, workload, address, network: access.key }))
      .sort(byText(({ name }) => name)),
    connections: experiment.spec.connections
      .flatMap((connection) => desiredConnection(connection, ends, topology) ?? [])
      .sort(byText(({ name }) => name)),
  };
}

interface End extends DesiredEnd {
  readonly host: string;
  readonly access: PlannedAccess;
}

const endsOf = (access: PlannedAccess): End[] =>
  access.seats.map((seat) => ({
    host: seat.host.name,
    access,
    workload: hostKey(access.experiment.metadata.name, seat.host.name),
    router: access.router,
    address: seatAddress(seat, access.claim.value),
    subnet: access.claim.value,
  }));

/** @returns undefined while a host, a link or a router of it is missing, or its Path does not join its ends. */
function desiredConnection(
  connection: Connection,
  ends: ReadonlyMap<string, End>,
  topology: Topology,
): DesiredConnection | undefined {
  const from = ends.get(connection.from);
  const to = ends.get(connection.to);
  const path = topology.paths.get(connection.path);
  if (from === undefined || to === undefined || path === undefined) return undefined;
  if (!joins(path, from.router, to.router)) return undefined;
  const via = routersBetween(from, to, path.spec.via);
  const forward = hopsOf(via, from, to, topology);
  const reverse = hopsOf(via.toReversed(), to, from, topology);
  const asPath = via.slice(1).flatMap((router) => topology.routers.get(router)?.asn ?? []);
  if (forward === undefined || reverse === undefined || asPath.length !== via.length - 1) return undefined;
  return {
    name: connection.name,
    path: connection.path,
    layer: 3,
    from: end(from),
    to: end(to),
    forward,
    reverse,
    asPath,
  };
}

const end = ({ workload, router, address, subnet }: End): DesiredEnd => ({
  workload,
  router,
  address,
  subnet,
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
