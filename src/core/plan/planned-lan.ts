import type { Connection, Experiment } from '../../api/experiment.ts';
import type { Path } from '../../api/path.ts';
import type { Allocation, Pool } from './allocation.ts';
import { formatAddress, parsePrefix } from './ipv4.ts';
import type { LinkShape } from './link-shape.ts';
import { OVERLAY_MTU } from './link-shape-check.ts';
import { linkKey, portKey, vtepKey } from './owners.ts';
import { pairsOf } from './pairs.ts';
import { lansOf } from './lans.ts';

/** A LAN with the values that it has. */
export interface PlannedLan {
  readonly key: string;
  readonly experiment: Experiment;
  readonly connections: readonly Connection[];
  /** CIDR. */
  readonly subnet: string;
  readonly vni: number;
  /** By edge router: CIDR of its tunnel end, a /32. */
  readonly vteps: ReadonlyMap<string, string>;
  /** By host: its number on the LAN, from 1. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Bytes that one Ethernet frame carries. */
  readonly mtu: number;
}

/** Outer Ethernet, IPv4, UDP and VXLAN headers, in bytes (RFC 7348): what the overlay's MTU leaves is for the frame's own payload. */
const VXLAN_BYTES = 50;

/** LANs of the Experiments that run, sorted as these are, as far as everything that they need is claimed. */
export const plannedLans = (
  experiments: readonly Experiment[],
  paths: ReadonlyMap<string, Path>,
  links: ReadonlyMap<string, { readonly shape: LinkShape | undefined }>,
  claimed: (pool: Pool, owner: string) => Allocation | undefined,
): readonly PlannedLan[] =>
  experiments
    .filter(({ spec }) => !spec.suspend)
    .flatMap((experiment) =>
      lansOf(experiment).flatMap(({ key, id, connections, hosts, routers }) => {
        const subnet = claimed('subnet', key)?.value;
        const vni = claimed('vni', key)?.value;
        if (subnet === undefined || vni === undefined) return [];
        const vteps = valuesBy(routers, (router) => claimed('loopback', vtepKey(id, router))?.value);
        const ports = valuesBy(hosts, (host) => claimed('port', portKey(id, host))?.value);
        const numbers = new Map([...ports].map(([host, value]) => [host, Number(value.split('-')[1])]));
        const passed = connections.flatMap(({ path: name }) => {
          const path = paths.get(name);
          return path === undefined ? [] : pairsOf(path);
        });
        const mtus = passed.map(({ key: link }) => links.get(link)?.shape?.mtu ?? OVERLAY_MTU);
        const mtu = Math.min(OVERLAY_MTU, ...mtus) - VXLAN_BYTES;
        return [{ key, experiment, connections, subnet, vni: Number(vni), vteps, numbers, mtu }];
      }),
    );

function valuesBy(
  names: readonly string[],
  valueOf: (name: string) => string | undefined,
): Map<string, string> {
  return new Map(
    names.flatMap((name) => {
      const value = valueOf(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** The LAN that a connection of an Experiment is of. */
export const lanWith = (
  lans: readonly PlannedLan[],
  experiment: Experiment,
  connection: string,
): PlannedLan | undefined =>
  lans.find(
    (lan) => lan.experiment === experiment && lan.connections.some(({ name }) => name === connection),
  );

/** A host's address on its LAN, without mask. */
export const portAddress = ({ subnet, numbers }: PlannedLan, host: string): string | undefined => {
  const number = numbers.get(host);
  return number === undefined ? undefined : formatAddress(parsePrefix(subnet).base + number);
};

/** Keys of the links whose sessions carry EVPN: those of Paths that a LAN's connections take from one router to another. */
export function evpnLinks(
  lans: readonly PlannedLan[],
  paths: ReadonlyMap<string, Path>,
): ReadonlySet<string> {
  const keys = lans.flatMap(({ experiment, connections }) => {
    const routerOf = new Map(experiment.spec.hosts.map(({ name, router }) => [name, router]));
    return connections
      .filter(({ from, to }) => routerOf.get(from) !== routerOf.get(to))
      .flatMap(({ path }) => {
        const via = paths.get(path)?.spec.via ?? [];
        return via.slice(1).map((next, index) => linkKey(via[index] ?? next, next));
      });
  });
  return new Set(keys);
}
