import type { LinkBgp } from '../../api/bgp.ts';
import type { Experiment } from '../../api/experiment.ts';
import type { TestbedObject } from '../../api/object.ts';
import type { Path } from '../../api/path.ts';
import type { Router } from '../../api/router.ts';
import { type AccessNetwork, accessNetworks } from './access-network.ts';
import type { Allocation, Pool } from './allocation.ts';
import type { CommittedClaims } from './committed-claims.ts';
import { addressWants } from './connection-check.ts';
import { claimOf } from './holding.ts';
import { addressOf } from './ipv4.ts';
import { sessionsOf } from './link-sessions.ts';
import { type LinkShape, shapesOf } from './link-shape.ts';
import { routerKey } from './owners.ts';
import { type Pair, pairsOf } from './pairs.ts';
import { type PlannedLan, plannedLans } from './planned-lan.ts';
import type { Register } from './register.ts';
import { byText } from './sorting.ts';
import { EDGE_ROUTER, FIRST_ROUTER, hostAddress, SECOND_ROUTER } from './subnet.ts';

/** A Router with the values that it has. */
export interface PlannedRouter {
  readonly object: Router;
  readonly name: string;
  readonly asn: number;
  readonly routerId: string;
  /** CIDR. */
  readonly loopback: string | undefined;
  /** Undefined: of a testbed from before there were any, and about to be claimed. */
  readonly locator: string | undefined;
}

/** A link between two planned routers. */
export interface PlannedLink extends Pair {
  readonly claim: Allocation;
  /** By router. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Its properties; undefined: no Path names any. */
  readonly shape: LinkShape | undefined;
  /** What Paths say of the session over it. */
  readonly session: LinkBgp | undefined;
}

/** An access network on a planned router. */
export interface PlannedAccess extends AccessNetwork {
  readonly experiment: Experiment;
  readonly router: string;
  readonly routerAddress: string;
  readonly claim: Allocation;
}

/** What there is to plan: accepted objects, as far as everything that they need is claimed in the store. */
export interface Topology {
  /** All sorted by name or key. */
  readonly routers: ReadonlyMap<string, PlannedRouter>;
  readonly links: ReadonlyMap<string, PlannedLink>;
  readonly accesses: ReadonlyMap<string, PlannedAccess>;
  readonly paths: ReadonlyMap<string, Path>;
  readonly experiments: readonly Experiment[];
  /** Addresses, without mask, that connections have of their own, by addressKey. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Layer 2, in the order of their Experiments. */
  readonly lans: readonly PlannedLan[];
}

/** @param versions accepted versions, by refText. @param register what they hold. */
export function topologyOf(
  versions: ReadonlyMap<string, TestbedObject>,
  register: Register,
  committed: CommittedClaims,
): Topology {
  const objects = [...versions.values()].sort(byText((object) => object.metadata.name));
  const paths = objects.filter((object) => object.kind === 'Path');
  const experiments = objects.filter((object) => object.kind === 'Experiment');
  const claimed = (pool: Pool, owner: string): Allocation | undefined => {
    const holding = register.of(pool, owner);
    const claim = holding === undefined ? undefined : claimOf(holding);
    return claim === undefined ? undefined : committed.find(claim);
  };
  /** Of an AS with several routers, one has the claim. */
  const asnOf = (router: string): number | undefined => {
    const value = register.of('asn', routerKey(router))?.value;
    const claim = value === undefined ? undefined : { pool: 'asn' as const, value, owner: routerKey(router) };
    return claim === undefined || committed.against(claim).length === 0 ? undefined : Number(value);
  };
  const routers = new Map<string, PlannedRouter>();
  for (const object of objects) {
    const planned = object.kind === 'Router' ? plannedRouter(object, claimed, asnOf) : undefined;
    if (planned !== undefined) routers.set(planned.name, planned);
  }
  const links = linksOf(paths, routers, claimed);
  const byName = new Map(paths.map((path) => [path.metadata.name, path]));
  return {
    routers,
    links,
    accesses: accessesOf(experiments, routers, committed, claimed),
    paths: byName,
    experiments,
    addresses: new Map(
      experiments.flatMap(addressWants).flatMap(({ owner }) => {
        const claim = claimed('address', owner);
        return claim === undefined ? [] : [[owner, addressOf(claim.value)] as const];
      }),
    ),
    lans: plannedLans(experiments, byName, links, claimed),
  };
}

type Claimed = (pool: Pool, owner: string) => Allocation | undefined;
type Routers = ReadonlyMap<string, PlannedRouter>;

function plannedRouter(
  object: Router,
  claimed: Claimed,
  asnOf: (router: string) => number | undefined,
): PlannedRouter | undefined {
  const { name } = object.metadata;
  const asn = asnOf(name);
  const routerId = claimed('router-id', routerKey(name));
  const loopback = claimed('loopback', routerKey(name));
  if (asn === undefined || routerId === undefined) return undefined;
  if (loopback === undefined && object.spec.loopback !== 'none') return undefined;
  return {
    ...{ object, name, asn, routerId: routerId.value },
    loopback: loopback?.value,
    locator: claimed('locator', routerKey(name))?.value,
  };
}

function linksOf(
  paths: readonly Path[],
  routers: Routers,
  claimed: Claimed,
): ReadonlyMap<string, PlannedLink> {
  const pairs = new Map(paths.flatMap(pairsOf).map((pair) => [pair.key, pair]));
  // Paths that name properties for a link agree; a store from before that was so has the first by name win.
  const shapes = new Map(
    paths
      .flatMap(shapesOf)
      .map(({ key, shape }): [string, LinkShape] => [key, shape])
      .reverse(),
  );
  const sessions = new Map(
    paths
      .flatMap(sessionsOf)
      .map(({ key, terms }): [string, LinkBgp] => [key, terms])
      .reverse(),
  );
  const links = new Map<string, PlannedLink>();
  for (const pair of [...pairs.values()].sort(byText(({ key }) => key))) {
    const claim = claimed('subnet', pair.key);
    if (claim === undefined || !routers.has(pair.first) || !routers.has(pair.second)) continue;
    const [first, second] =
      claim.first === pair.second ? [pair.second, pair.first] : [pair.first, pair.second];
    const addresses = {
      [first]: hostAddress(claim.value, FIRST_ROUTER),
      [second]: hostAddress(claim.value, SECOND_ROUTER),
    };
    const terms = { shape: shapes.get(pair.key), session: sessions.get(pair.key) };
    links.set(pair.key, { key: pair.key, first, second, claim, addresses, ...terms });
  }
  return links;
}

/** A suspended Experiment holds its subnets and has no networks. */
function accessesOf(
  experiments: readonly Experiment[],
  routers: Routers,
  committed: CommittedClaims,
  claimed: Claimed,
): ReadonlyMap<string, PlannedAccess> {
  const accesses = experiments
    .filter(({ spec }) => !spec.suspend)
    .flatMap((experiment) =>
      accessNetworks(experiment, committed.accessOf(experiment.metadata.name)).flatMap((network) => {
        const claim = claimed('subnet', network.key);
        const { router } = network.seats[0].host;
        if (claim === undefined || !routers.has(router)) return [];
        return [
          { ...network, experiment, router, claim, routerAddress: hostAddress(claim.value, EDGE_ROUTER) },
        ];
      }),
    );
  return new Map(accesses.sort(byText(({ key }) => key)).map((access) => [access.key, access]));
}
