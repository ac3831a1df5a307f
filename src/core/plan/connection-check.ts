import type { Connection, Experiment } from '../../api/experiment.ts';
import type { Path } from '../../api/path.ts';
import { finding, type Finding } from './finding.ts';
import { checkReserved } from './subnet-check.ts';
import { listing } from './listing.ts';
import { addressKey } from './owners.ts';
import { selects } from './selection.ts';
import type { Want } from './want.ts';
import type { World } from './world.ts';

export function checkConnections({ spec }: Experiment, world: World): Finding[] {
  const routers = new Map(spec.hosts.map((host) => [host.name, host.router]));
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const [index, connection] of spec.connections.entries()) {
    const field = `spec.connections[${index.toString()}]`;
    const { name } = connection;
    if (seen.has(name)) {
      const message = `There is a connection ${name} above already; names are unique within the Experiment.`;
      found.push(finding('DuplicateName', `${field}.name`, name, message));
    }
    seen.add(name);
    found.push(
      ...checkEnds(connection, field, routers),
      ...checkRoute(connection, field, routers, world),
      ...checkAddresses(connection, field),
    );
  }
  return found;
}

type Routers = ReadonlyMap<string, string>;

function checkEnds({ from, to }: Connection, field: string, routers: Routers): Finding[] {
  const found: Finding[] = [];
  for (const [end, host] of [['from', from] as const, ['to', to] as const]) {
    if (routers.has(host)) continue;
    const message = `This Experiment has no host ${host}; it has ${listing([...routers.keys()])}.`;
    found.push(finding('HostNotFound', `${field}.${end}`, host, message));
  }
  if (from === to) {
    found.push(finding('SameHost', `${field}.to`, to, `A connection joins two hosts; both ends are ${to}.`));
  }
  return found;
}

function checkRoute(connection: Connection, field: string, routers: Routers, world: World): Finding[] {
  const name = connection.path;
  const blockers = [`Path/${name}`];
  const path = world.path(name);
  if (path === undefined) {
    const message = `There is no Path/${name}, or it has no valid version yet. This is tried again when it changes.`;
    return [finding('PathNotFound', `${field}.path`, name, message, blockers)];
  }
  const { engineering } = path.spec;
  if (engineering === 'srv6' && connection.layer === 2) {
    const message = `The tunnels of layer 2 are steered by BGP: layer: 2 needs a Path with engineering: bgp, and Path/${name} has engineering: srv6. Name another Path, or write layer: 3.`;
    return [finding('NeedsBgp', `${field}.path`, name, message, blockers)];
  }
  if (engineering === 'bgp' && connection.layer === 3 && selects(connection)) {
    const what = connection.match === undefined ? 'addresses' : 'match';
    const message = `BGP knows destinations only: ${what} needs a Path with engineering: srv6, and Path/${name} has engineering: bgp. Change it, or name another Path.`;
    return [finding('NeedsSrv6', `${field}.${what}`, name, message, blockers)];
  }
  const from = routers.get(connection.from);
  const to = routers.get(connection.to);
  if (from === undefined || to === undefined || joins(path, from, to)) return [];
  const [one, other] = edgesOf(path);
  const message = `Path/${name} joins ${one} and ${other}; ${connection.from} is on ${from} and ${connection.to} on ${to}. Name a Path whose ends these are.`;
  return [finding('NotJoined', `${field}.path`, name, message, blockers)];
}

const ENDS = ['from', 'to'] as const;

const checkAddresses = ({ addresses }: Connection, field: string): Finding[] =>
  ENDS.flatMap((end) => {
    const address = addresses?.[end];
    return address === undefined ? [] : checkReserved(`${address}/32`, `${field}.addresses.${end}`);
  });

/** The addresses that connections have of their own. */
export const addressWants = ({ metadata, spec }: Experiment): Want[] =>
  spec.connections.flatMap(({ name, addresses }, index) =>
    addresses === undefined
      ? []
      : ENDS.map((end): Want => {
          const address = addresses[end];
          return {
            pool: 'address',
            owner: addressKey(metadata.name, name, end),
            value: address === undefined ? undefined : `${address}/32`,
            field: `spec.connections[${index.toString()}].addresses.${end}`,
          };
        }),
  );

/** First and last router of a Path. */
export function edgesOf({ spec }: Path): readonly [string, string] {
  const one = spec.via[0] ?? '';
  return [one, spec.via.at(-1) ?? one];
}

/** Whether a Path leads from one edge router to the other, in either direction, or starts or ends at the one that is both. */
export function joins(path: Path, from: string, to: string): boolean {
  const edges = edgesOf(path);
  return edges.includes(from) && edges.includes(to);
}
