import { type Seat, seatAddress } from './access-network.ts';
import { type Adjacency, adjacenciesOf } from './adjacency.ts';
import type { DesiredWorkload } from './desired.ts';
import { renderFrr } from '../render/frr.ts';
import { workloadLabels } from './labels.ts';
import { hostServiceName, routerServiceName } from './names.ts';
import { hostKey, routerKey } from './owners.ts';
import { constraintsOf } from './placement.ts';
import { HOST_DEFAULTS, PLATFORMS } from './platforms.ts';
import { memoryBytes, nanoCpus } from './resources.ts';
import { byText } from './sorting.ts';
import type { Testbed } from './testbed.ts';
import type { PlannedAccess, PlannedRouter, Topology } from './topology.ts';

/** All routers and experiment hosts, sorted by key. */
export function workloadsOf(topology: Topology, testbed: Testbed): DesiredWorkload[] {
  const adjacencies = adjacenciesOf(topology);
  const routers = [...topology.routers.values()].map((router) => {
    return routerWorkload(router, adjacencies.get(router.name) ?? { sessions: [], subnets: [] }, testbed);
  });
  const hosts = [...topology.accesses.values()].flatMap((access) =>
    access.seats.map((seat) => hostWorkload(seat, access, testbed)),
  );
  return [...routers, ...hosts].sort(byText(({ key }) => key));
}

function routerWorkload(
  router: PlannedRouter,
  { sessions, subnets }: Adjacency,
  testbed: Testbed,
): DesiredWorkload {
  const { name, asn, routerId, loopback } = router;
  const { spec } = router.object;
  const key = routerKey(name);
  const defaults = PLATFORMS.frr;
  const configuration = renderFrr({
    hostname: name,
    asn,
    routerId,
    loopback,
    sessions,
    connected: subnets,
    advertise: spec.advertise ?? [],
    extraConfig: spec.extraConfig,
  });
  return {
    key,
    owner: { kind: 'Router', name },
    service: {
      name: routerServiceName(testbed, name),
      hostname: name,
      image: spec.image ?? defaults.image,
      command: [],
      env: [],
      capabilities: defaults.capabilities,
      sysctls: defaults.sysctls,
      constraints: constraintsOf(spec.placement),
      nanoCpus: nanoCpus(spec.resources),
      memoryBytes: memoryBytes(spec.resources),
      labels: workloadLabels(testbed, key),
    },
    setup: { type: 'router', platform: 'frr', asn, routerId, loopback, configuration, sessions },
  };
}

function hostWorkload(seat: Seat, access: PlannedAccess, testbed: Testbed): DesiredWorkload {
  const { host } = seat;
  const experiment = access.experiment.metadata.name;
  const key = hostKey(experiment, host.name);
  return {
    key,
    owner: { kind: 'Experiment', name: experiment },
    service: {
      name: hostServiceName(testbed, experiment, host.name),
      hostname: host.name,
      image: host.image ?? HOST_DEFAULTS.image,
      command: host.command ?? [],
      env: Object.entries(host.env ?? {})
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
      capabilities: HOST_DEFAULTS.capabilities,
      sysctls: HOST_DEFAULTS.sysctls,
      constraints: constraintsOf(host.placement),
      nanoCpus: nanoCpus(host.resources),
      memoryBytes: memoryBytes(host.resources),
      labels: workloadLabels(testbed, key),
    },
    setup: {
      type: 'host',
      gateway: access.routerAddress,
      address: seatAddress(seat, access.claim.value),
      network: access.key,
    },
  };
}
