import type { Connection, Experiment } from '../../api/experiment.ts';
import { finding, type Finding } from './finding.ts';
import { canonicalPrefix, parsePrefix, sizeOf } from './ipv4.ts';
import { listing } from './listing.ts';
import { portKey, lanKey, vtepKey } from './owners.ts';
import { groupBy } from './sorting.ts';
import { checkHostBits, checkReserved } from './subnet-check.ts';
import type { Want } from './want.ts';

/**
 * One Ethernet: the layer-2 connections of an Experiment that write the same subnet, or a single one that writes none. Every edge router of it
 * has a tunnel end (VTEP) of its own, and tunnels lead from each to each: nothing can loop, however the connections lie.
 */
export interface Lan {
  /** `lan/fig3/172.20.0.0-24`, or after its connection, `lan/fig3/ab`. */
  readonly key: string;
  /** What the keys of its claims end in: `fig3/172.20.0.0-24`. */
  readonly id: string;
  /** As written, or undefined: allocated. */
  readonly subnet: string | undefined;
  /** Of its first connection, such as `spec.connections[0]`. */
  readonly field: string;
  readonly connections: readonly Connection[];
  /** Names, sorted; those that the Experiment has. */
  readonly hosts: readonly string[];
  /** Edge routers of the hosts, sorted. */
  readonly routers: readonly string[];
}

/** An interface's number on its LAN is part of its name, which has fifteen characters. */
export const MOST_PORTS = 999;

/** In the order of their first connections. */
export function lansOf({ metadata, spec }: Experiment): readonly Lan[] {
  const routerOf = new Map(spec.hosts.map(({ name, router }) => [name, router]));
  const placed = spec.connections.flatMap((connection, index) => {
    const { name, layer, subnet } = connection;
    if (layer !== 2) return [];
    const canonical = subnet === undefined ? undefined : canonicalPrefix(subnet);
    const id = `${metadata.name}/${canonical?.replace('/', '-') ?? name}`;
    return [{ connection, id, subnet: canonical, field: `spec.connections[${index.toString()}]` }];
  });
  return [...groupBy(placed, ({ id }) => id)].map(([id, together]) => {
    const connections = together.map(({ connection }) => connection);
    const hosts = [...new Set(connections.flatMap(({ from, to }) => [from, to]))]
      .filter((host) => routerOf.has(host))
      .sort();
    const routers = [...new Set(hosts.map((host) => routerOf.get(host) ?? ''))].sort();
    const [{ subnet, field }] = together;
    return { key: lanKey(id), id, subnet, field, connections, hosts, routers };
  });
}

/** By connection name: the LAN that it is of. */
export const lanOf = (lans: readonly Lan[]): ReadonlyMap<string, Lan> =>
  new Map(lans.flatMap((lan) => lan.connections.map(({ name }) => [name, lan] as const)));

/** For each LAN a subnet and a VNI, for each of its edge routers a VTEP's address, for each host a number. */
export const lanWants = (lans: readonly Lan[]): Want[] =>
  lans.flatMap(({ key, id, subnet, field, hosts, routers }): Want[] => {
    const wanted = { value: undefined, field };
    return [
      { pool: 'subnet', owner: key, value: subnet, field: `${field}.subnet` },
      { pool: 'vni', owner: key, ...wanted },
      ...routers.map((router): Want => ({ pool: 'loopback', owner: vtepKey(id, router), ...wanted })),
      ...hosts.map((host): Want => ({ pool: 'port', owner: portKey(id, host), ...wanted })),
    ];
  });

/** Prefix lengths that a LAN's subnet may have. */
const WIDEST = 8;
const NARROWEST = 30;

export function checkLans(experiment: Experiment): Finding[] {
  const { connections } = experiment.spec;
  const stray = connections.flatMap(({ layer, subnet }, index) => {
    if (layer === 2 || subnet === undefined) return [];
    const message =
      'Only a connection of layer 2 has a subnet of its own: write layer: 2, or leave the subnet out.';
    return [finding('Invalid', `spec.connections[${index.toString()}].subnet`, subnet, message)];
  });
  return [...stray, ...lansOf(experiment).flatMap(checkLan)];
}

function checkLan({ subnet, field, connections, hosts }: Lan): Finding[] {
  const found: Finding[] = [];
  const where = `${field}.subnet`;
  const written = connections[0]?.subnet;
  if (subnet !== undefined && written !== undefined) {
    found.push(...checkHostBits(written, where), ...checkReserved(subnet, where));
    const { length } = parsePrefix(subnet);
    const size = `The subnet of a layer-2 connection is a /${WIDEST.toString()} to /${NARROWEST.toString()}`;
    if (length < WIDEST)
      found.push(finding('SubnetTooLarge', where, subnet, `${size}; ${subnet} is too large.`));
    if (length > NARROWEST)
      found.push(finding('SubnetTooSmall', where, subnet, `${size}; ${subnet} is too small.`));
    const room = portsIn(subnet);
    if (length <= NARROWEST && hosts.length > room) {
      const message = `${hosts.length.toString()} hosts are joined by it, and ${subnet} has room for ${room.toString()}: write a wider one.`;
      found.push(finding('SubnetTooSmall', where, subnet, message));
    }
  }
  const apart = beyond(connections);
  if (apart.length > 0 && subnet !== undefined) {
    const message = `The connections with this subnet are one Ethernet, and none of them joins ${listing(apart)} to the rest of it: add a connection that does, or write another subnet there.`;
    found.push(finding('NotJoined', where, subnet, message));
  }
  return found;
}

/** How many hosts a LAN can have. */
export const portsIn = (subnet: string): number => Math.min(MOST_PORTS, sizeOf(parsePrefix(subnet)) - 2);

/** Hosts that the first connection's do not reach over others of the same LAN. */
function beyond(connections: readonly Connection[]): readonly string[] {
  const reached = new Set(connections.slice(0, 1).flatMap(({ from, to }) => [from, to]));
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const { from, to } of connections)
      if (reached.has(from) || reached.has(to)) for (const host of [from, to]) reached.add(host);
  }
  const all = new Set(connections.flatMap(({ from, to }) => [from, to]));
  return [...all].filter((host) => !reached.has(host)).sort();
}
