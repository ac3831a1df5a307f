import type { Experiment, Host } from '../../api/experiment.ts';
import type { Allocation } from './allocation.ts';
import { canonicalPrefix } from './ipv4.ts';
import { accessKeys } from './owners.ts';
import { byText, groupBy } from './sorting.ts';
import { EXPERIMENT_HOST, hostAddress } from './subnet.ts';
import type { Want } from './want.ts';

/** A host with its place in the object. */
export interface Seat {
  readonly host: Host;
  /** Such as `spec.hosts[0]`. */
  readonly field: string;
}

/** Hosts that share an access subnet: those of one Experiment that write the same one. */
interface Group {
  /** As written, or undefined: allocated. */
  readonly subnet: string | undefined;
  /** Sorted by name; never empty. */
  readonly seats: readonly [Seat, ...Seat[]];
}

export interface AccessNetwork extends Group {
  /** `access/fig3/a`: named after its first host when it is made; keeps its name whoever comes and goes. */
  readonly key: string;
}

/** @param claims the Experiment's claims in the store, newest first: they say what its networks are called. */
export function accessNetworks(experiment: Experiment, claims: readonly Allocation[]): AccessNetwork[] {
  const base = accessKeys(experiment.metadata.name);
  const named = new Map<string, Group>();
  const groups = groupsOf(experiment);

  const ownerOf = new Map(claims.map((claim) => [claim.value, claim.owner]));
  const known = groups.filter((group) => group.subnet !== undefined && ownerOf.has(group.subnet));
  for (const group of known) named.set(ownerOf.get(group.subnet ?? '') ?? '', group);

  // A host without a written subnet stays where it is: on a network that is called after it, unless others write that one.
  const owners = groupBy(claims, (claim) => claim.owner.split('.', 1)[0] ?? '');
  const single = groups.filter((group) => group.subnet === undefined);
  for (const group of single) {
    const claim = owners.get(base + nameOf(group))?.find(({ owner }) => !named.has(owner));
    if (claim !== undefined) named.set(claim.owner, group);
  }

  const settled = new Set(named.values());
  for (const group of groups.filter((candidate) => !settled.has(candidate))) {
    named.set(freeKey(base + nameOf(group), named), group);
  }
  return [...named].map(([key, group]) => ({ key, ...group }));
}

const nameOf = (group: Group): string => group.seats[0].host.name;

/** A name that occurs twice counts once: the check complains about the second. */
function groupsOf({ spec }: Experiment): Group[] {
  const seats = new Map<string, Seat>();
  for (const [index, host] of spec.hosts.entries()) {
    if (!seats.has(host.name)) seats.set(host.name, { host, field: `spec.hosts[${index.toString()}]` });
  }
  const sorted = [...seats.values()].sort(byText(({ host }) => host.name));
  const groups = groupBy(sorted, ({ host }) => host.subnet ?? `host ${host.name}`);
  return [...groups.values()].map((together) => {
    const { subnet } = together[0].host;
    return { subnet: subnet === undefined ? undefined : canonicalPrefix(subnet), seats: together };
  });
}

/** Host names have no dot, so a numbered key is nobody's own. */
function freeKey(key: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(key)) return key;
  let number = 2;
  while (taken.has(`${key}.${number.toString()}`)) number += 1;
  return `${key}.${number.toString()}`;
}

/** A subnet for each access network. */
export const accessWants = (networks: readonly AccessNetwork[]): Want[] =>
  networks.map(({ key, subnet, seats }) => ({
    pool: 'subnet',
    owner: key,
    value: subnet,
    field: `${seats[0].field}.subnet`,
  }));

/** A host's address on its access network. */
export const seatAddress = (seat: Seat, subnet: string): string =>
  seat.host.address ?? hostAddress(subnet, EXPERIMENT_HOST);
