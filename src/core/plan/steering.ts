import type { Connection, Experiment } from '../../api/experiment.ts';
import type { Path } from '../../api/path.ts';
import { canonicalPrefix } from './ipv4.ts';
import { bridgesOf } from './bridges.ts';
import { edgesOf, joins } from './connection-check.ts';
import { finding, type Finding } from './finding.ts';
import { linkKey } from './owners.ts';
import { lanOf, lansOf } from './lans.ts';
import { lanWith } from './planned-lan.ts';
import { selects } from './selection.ts';
import type { PlannedAccess, Topology } from './topology.ts';
import type { World } from './world.ts';

/*
 * How connections take the Paths that they name, with routing that only knows destinations: every router of a Path but the last prefers, for
 * the subnet of the far host (of layer 2: for the far edge router's end of the LAN's tunnels), what the next router of the Path announces;
 * backwards likewise. The last router has the subnet itself, so by induction every router before it hears of it from the next one, whose AS
 * path holds nothing but the rest of the Path: preferences never form a loop as long as a router has one next router for each subnet. Where
 * there is no way round nothing is preferred, and everything else is plain BGP.
 */

/** What one connection asks of one router. */
interface Turn {
  readonly router: string;
  /** Name of the host at the far end. */
  readonly to: string;
  readonly next: string;
}

/** The turns of a connection, there and back; none while its Path does not join its ends. */
function turnsOf(connection: Connection, routerOf: ReadonlyMap<string, string>, path: Path): Turn[] {
  // SRv6 does without, and what BGP cannot tell apart it does not steer.
  if (path.spec.engineering !== 'bgp' || selects(connection)) return [];
  const { from, to } = connection;
  const [near, far] = [routerOf.get(from), routerOf.get(to)];
  if (near === undefined || far === undefined || near === far || !joins(path, near, far)) return [];
  const { via } = path.spec;
  const onward = edgesOf(path)[0] === near ? via : via.toReversed();
  return [...along(onward, to), ...along(onward.toReversed(), from)];
}

const along = (via: readonly string[], to: string): Turn[] =>
  via.slice(1).map((next, index) => ({ router: via[index] ?? '', to, next }));

const routersOf = ({ spec }: Experiment): ReadonlyMap<string, string> =>
  new Map(spec.hosts.map(({ name, router }) => [name, router]));

/** A connection whose Path would have a router send the same traffic to two neighbours. */
export function checkSteering(experiment: Experiment, world: World): Finding[] {
  const { spec } = experiment;
  const routerOf = routersOf(experiment);
  const lans = lanOf(lansOf(experiment));
  const subnetOf = new Map(
    spec.hosts.map(({ name, subnet }) => [
      name,
      subnet === undefined ? `of ${name}` : canonicalPrefix(subnet),
    ]),
  );
  /** Where a turn leads: hosts of one LAN at one router are behind the same end of the tunnels. */
  const placeOf = ({ name }: Connection, to: string): string => {
    const lan = lans.get(name)?.key;
    return lan === undefined ? (subnetOf.get(to) ?? to) : `${lan} ${routerOf.get(to) ?? ''}`;
  };
  const taken = new Map<string, { readonly next: string; readonly connection: Connection }>();
  return spec.connections.flatMap((connection, index): Finding[] => {
    const path = world.path(connection.path);
    const turns = path === undefined ? [] : turnsOf(connection, routerOf, path);
    const keyOf = ({ router, to }: Turn): string => `${router} ${placeOf(connection, to)}`;
    const parting = turns.find((turn) => (taken.get(keyOf(turn))?.next ?? turn.next) !== turn.next);
    const before = parting === undefined ? undefined : taken.get(keyOf(parting));
    if (parting === undefined || before === undefined) {
      for (const turn of turns) taken.set(keyOf(turn), { next: turn.next, connection });
      return [];
    }
    const { router, to, next } = parting;
    const other = before.connection;
    const remedy =
      connection.layer === 2
        ? 'give this connection a subnet of its own'
        : `join another host on ${routerOf.get(to) ?? 'that router'} that has a subnet of its own`;
    const message =
      `At ${router}, connection ${other.name} (Path/${other.path}) sends what goes to host ${to} to ${before.next}, and this one would send it to ${next}. ` +
      `BGP knows destinations only: name a Path that is the same from ${router} on, or ${remedy}.`;
    const blockers = [`Path/${connection.path}`, `Path/${other.path}`];
    return [
      finding('PathsPart', `spec.connections[${index.toString()}].path`, connection.path, message, blockers),
    ];
  });
}

/** What a router prefers to hear from a neighbour. */
export interface Preference {
  /** CIDR. */
  readonly subnet: string;
  /** The neighbouring router. */
  readonly next: string;
}

/** What a connection needs of one router. */
export interface Course extends Preference {
  readonly router: string;
  /** Such as `connection ab of Experiment/fig3 along Path/row`. */
  readonly connection: string;
}

/** In the order of Experiments and connections. */
export const coursesOf = (topology: Topology): readonly Course[] =>
  topology.experiments
    .filter(({ spec }) => !spec.suspend)
    .flatMap((experiment) => {
      const routerOf = routersOf(experiment);
      const subnetOf = subnetsOf(experiment, topology.accesses.values());
      return experiment.spec.connections.flatMap((connection) => {
        const path = topology.paths.get(connection.path);
        const text = `connection ${connection.name} of Experiment/${experiment.metadata.name} along Path/${connection.path}`;
        return (path === undefined ? [] : turnsOf(connection, routerOf, path)).flatMap(
          ({ router, to, next }) => {
            const subnet =
              connection.layer === 2
                ? lanWith(topology.lans, experiment, connection.name)?.vteps.get(routerOf.get(to) ?? '')
                : subnetOf.get(to);
            return subnet === undefined ? [] : [{ router, subnet, next, connection: text }];
          },
        );
      });
    });

/** By router. Where two connections disagree, the first holds. */
export function preferencesOf(topology: Topology): ReadonlyMap<string, readonly Preference[]> {
  const bridges = bridgesOf(topology.links.values());
  const found = new Map<string, Map<string, Preference>>();
  for (const { router, subnet, next } of coursesOf(topology)) {
    const own = found.get(router) ?? new Map<string, Preference>();
    const forced = bridges.has(linkKey(router, next));
    if (!forced && !own.has(subnet)) own.set(subnet, { subnet, next });
    found.set(router, own);
  }
  return new Map([...found].map(([router, preferences]) => [router, [...preferences.values()]]));
}

/** Subnets of an Experiment's hosts, by host. */
function subnetsOf(experiment: Experiment, accesses: Iterable<PlannedAccess>): ReadonlyMap<string, string> {
  const own = [...accesses].filter((access) => access.experiment === experiment);
  return new Map(
    own.flatMap(({ seats, claim }) => seats.map(({ host }) => [host.name, claim.value] as const)),
  );
}
