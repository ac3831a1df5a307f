import type { Connection, Experiment, Match } from '../../api/experiment.ts';
import { finding, type Finding } from './finding.ts';
import type { World } from './world.ts';

/** Ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What a connection looks for in packets besides their addresses. */
export interface Selection {
  readonly dscp?: number;
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  /** Of `to`, sorted; none: any, and no matter of which protocol. */
  readonly ports: readonly PortRange[];
}

/** @returns undefined: whatever goes between the addresses. */
export function selectionOf(match: Match | undefined): Selection | undefined {
  const { dscp, protocol, ports = [] } = match ?? {};
  if (dscp === undefined && protocol === undefined && ports.length === 0) return undefined;
  return {
    ...(dscp !== undefined && { dscp }),
    ...(protocol !== undefined && { protocol }),
    ports: ports.map(rangeOf).sort((one, other) => one.first - other.first || one.last - other.last),
  };
}

function rangeOf(written: number | string): PortRange {
  const [first = 0, last = first] = String(written).split('-').map(Number);
  return { first, last };
}

/** Such as `dscp 46, udp, ports 5000-5010`. */
export function selectionText({ dscp, protocol, ports }: Selection): string {
  const ranges = ports.map(({ first, last }) =>
    first === last ? String(first) : `${String(first)}-${String(last)}`,
  );
  return [
    ...(dscp === undefined ? [] : [`dscp ${String(dscp)}`]),
    ...(protocol === undefined ? [] : [protocol]),
    ...(ranges.length === 0 ? [] : [`ports ${ranges.join(' ')}`]),
  ].join(', ');
}

/** Whether a connection can only run over a Path that looks at more than destinations. */
export const selects = ({ match, addresses }: Connection): boolean =>
  addresses !== undefined || selectionOf(match) !== undefined;

/**
 * Connections between the same two hosts that would both take the same packets. Where one selects some of what the other takes altogether, it
 * has the right of way.
 */
export function checkSelection({ spec }: Experiment, world: World): Finding[] {
  return spec.connections.flatMap((connection, index): Finding[] => {
    const rival = spec.connections
      .slice(0, index)
      .find((other) => isSegmented(connection, other, world) && collide(connection, other));
    if (rival === undefined) return [];
    const field = `spec.connections[${index.toString()}].${connection.match === undefined ? 'path' : 'match'}`;
    const own = selectionOf(connection.match);
    const what = own === undefined ? 'everything' : `packets (${selectionText(own)})`;
    const message =
      `Connection ${rival.name} (Path/${rival.path}) and connection ${connection.name} (Path/${connection.path}) would both take ${what} between ${connection.from} and ${connection.to}. ` +
      `Give one of them addresses of its own, or a match of which the other has nothing.`;
    const blockers = [`Path/${connection.path}`, `Path/${rival.path}`];
    return [finding('Ambiguous', field, connection.name, message, blockers)];
  });
}

/** Two connections over BGP share their packets, or part in ways that steering knows of; those of layer 2 have LANs to themselves. */
const isSegmented = (one: Connection, other: Connection, world: World): boolean =>
  [one, other].every(({ layer }) => layer === 3) &&
  [one, other].some(({ path }) => world.path(path)?.spec.engineering === 'srv6');

function collide(one: Connection, other: Connection): boolean {
  const turned = one.from === other.to && one.to === other.from;
  if (!turned && (one.from !== other.from || one.to !== other.to)) return false;
  if (one.addresses !== undefined || other.addresses !== undefined) return false;
  const [mine, theirs] = [selectionOf(one.match), selectionOf(other.match)];
  if (mine === undefined || theirs === undefined) return mine === theirs;
  if (!meet(mine.dscp, theirs.dscp) || !meet(mine.protocol, theirs.protocol)) return false;
  if (mine.ports.length === 0 || theirs.ports.length === 0) {
    const [withPorts, without] = mine.ports.length > 0 ? [mine, theirs] : [theirs, mine];
    return withPorts.ports.length === 0 || without.protocol !== 'icmp';
  }
  // Ports of either end: only a packet from one to the other could be meant by both, and none is by chance.
  if (turned) return false;
  return mine.ports.some((range) =>
    theirs.ports.some(({ first, last }) => range.first <= last && first <= range.last),
  );
}

const meet = <T>(one: T | undefined, other: T | undefined): boolean =>
  one === undefined || other === undefined || one === other;
