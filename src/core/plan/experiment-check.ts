import type { Experiment } from '../../api/experiment.ts';
import { accessNetworks, seatAddress } from './access-network.ts';
import { checkConnections } from './connection-check.ts';
import { checkContainer } from './container-check.ts';
import { finding, type Finding } from './finding.ts';
import { checkPlatformsOnPaths } from './platform-check.ts';
import { checkRouterReference } from './reference-check.ts';
import { checkLans } from './lans.ts';
import { checkSubnet } from './subnet-check.ts';
import { checkSteering } from './steering.ts';
import { checkSelection } from './selection.ts';
import { isHostAddress, staticRangeOf } from './subnet.ts';
import { unsupportedInExperiment } from './unsupported.ts';
import type { World } from './world.ts';

/** What is wrong with an Experiment, given the Routers and Paths that there are. */
export function checkExperiment(experiment: Experiment, world: World): Finding[] {
  return [
    ...unsupportedInExperiment(experiment),
    ...checkPlatformsOnPaths(experiment, world),
    ...checkHosts(experiment, world),
    ...checkSharedSubnets(experiment),
    ...checkConnections(experiment, world),
    ...checkLans(experiment),
    ...checkSteering(experiment, world),
    ...checkSelection(experiment, world),
  ];
}

function checkHosts({ spec }: Experiment, world: World): Finding[] {
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const [index, host] of spec.hosts.entries()) {
    const field = `spec.hosts[${index.toString()}]`;
    if (seen.has(host.name)) {
      const message = `There is a host ${host.name} above already; names are unique within the Experiment.`;
      found.push(finding('DuplicateName', `${field}.name`, host.name, message));
    }
    seen.add(host.name);
    found.push(...checkRouterReference(host.router, `${field}.router`, world));
    if (host.subnet !== undefined) found.push(...checkSubnet(host.subnet, `${field}.subnet`));
    found.push(
      ...checkAddress(host.address, host.subnet, `${field}.address`),
      ...checkContainer(host, field),
    );
  }
  return found;
}

function checkAddress(address: string | undefined, subnet: string | undefined, field: string): Finding[] {
  if (address === undefined) return [];
  if (subnet === undefined) {
    const message = 'An address is chosen within a subnet: write the subnet too, or leave the address out.';
    return [finding('AddressOutside', field, address, message)];
  }
  if (isHostAddress(subnet, address)) return [];
  const message = `A host of ${subnet} has an address from ${staticRangeOf(subnet)}, without the router's own (host 2); the rest is Swarm's.`;
  return [finding('AddressOutside', field, address, message)];
}

/** Hosts may share an access subnet when they are on one router and have different addresses. */
function checkSharedSubnets(experiment: Experiment): Finding[] {
  const found: Finding[] = [];
  for (const { subnet, seats } of accessNetworks(experiment, [])) {
    if (subnet === undefined) continue;
    const { name: first, router } = seats[0].host;
    const holders = new Map<string, string>();
    for (const seat of seats) {
      const { name } = seat.host;
      if (seat.host.router !== router) {
        const message = `It is the subnet of host ${first} on ${router} already; an access subnet is on one router.`;
        found.push(finding('Conflict', `${seat.field}.subnet`, subnet, message));
      }
      const address = seatAddress(seat, subnet);
      const holder = holders.get(address);
      if (holder !== undefined) {
        const message = `Host ${holder} has this address already: give ${name} another one of ${subnet}.`;
        found.push(finding('Conflict', `${seat.field}.address`, address, message));
      }
      holders.set(address, holder ?? name);
    }
  }
  return found;
}
