import { type DesiredEndpoint, type DesiredNetwork, MANAGEMENT } from './desired.ts';
import { networkLabels } from './labels.ts';
import { networkName } from './names.ts';
import { hostKey, routerKey } from './owners.ts';
import { seatAddress } from './access-network.ts';
import type { PlanSettings } from './settings.ts';
import { byText } from './sorting.ts';
import { gatewayOf, ipRangeOf } from './subnet.ts';
import type { Testbed } from './testbed.ts';
import type { PlannedAccess, PlannedLink, Topology } from './topology.ts';

/** All networks, sorted by key. Where nothing is to run, there is no management network either. */
export function networksOf(topology: Topology, settings: PlanSettings, testbed: Testbed): DesiredNetwork[] {
  const networks = [
    ...[...topology.links.values()].map((link) => linkNetwork(link, testbed)),
    ...[...topology.accesses.values()].map((access) => accessNetwork(access, testbed)),
  ];
  if (topology.routers.size > 0) networks.push(managementNetwork(settings.management, testbed));
  return networks.sort(byText(({ key }) => key));
}

function managementNetwork(subnet: string, testbed: Testbed): DesiredNetwork {
  const identity = `${MANAGEMENT} ${testbed.createRevision.toString()} ${subnet}`;
  return network(testbed, MANAGEMENT, 'management', subnet, networkName(testbed, [MANAGEMENT], identity), []);
}

function linkNetwork(
  { key, claim, first, second, addresses }: PlannedLink,
  testbed: Testbed,
): DesiredNetwork {
  const name = networkName(testbed, [first, second].sort(), `${key} ${claim.createRevision.toString()}`);
  const endpoints = [first, second].map((router) => ({
    workload: routerKey(router),
    address: addresses[router] ?? '',
  }));
  return network(testbed, key, 'link', claim.value, name, endpoints);
}

function accessNetwork(access: PlannedAccess, testbed: Testbed): DesiredNetwork {
  const { key, claim, seats } = access;
  const experiment = access.experiment.metadata.name;
  const host = seats[0].host.name;
  // The name says what it was made for, and must not change when hosts come and go: it is taken from the key.
  const called = key.split('/').at(-1)?.split('.', 1)[0] ?? host;
  const name = networkName(testbed, [experiment, called], `${key} ${claim.createRevision.toString()}`);
  const endpoints = [
    { workload: routerKey(access.router), address: access.routerAddress },
    ...seats.map((seat) => ({
      workload: hostKey(experiment, seat.host.name),
      address: seatAddress(seat, claim.value),
    })),
  ];
  return network(testbed, key, 'access', claim.value, name, endpoints);
}

function network(
  testbed: Testbed,
  key: string,
  purpose: DesiredNetwork['purpose'],
  subnet: string,
  name: string,
  endpoints: readonly DesiredEndpoint[],
): DesiredNetwork {
  return {
    key,
    name,
    purpose,
    subnet,
    ipRange: ipRangeOf(subnet),
    gateway: gatewayOf(subnet),
    labels: networkLabels(testbed, key),
    endpoints: [...endpoints].sort(byText(({ workload }) => workload)),
  };
}
