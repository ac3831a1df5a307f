import { renderFrr } from '../render/frr.ts';
import { type Seat, seatAddress } from './access-network.ts';
import { type Adjacency, adjacenciesOf } from './adjacency.ts';
import type {
  DesiredBridge,
  DesiredExperiment,
  DesiredHostPort,
  DesiredWorkload,
  PolicyNote,
} from './desired.ts';
import { type HostFlows, hostFlows } from './host-flows.ts';
import { hostServiceName, routerServiceName } from './names.ts';
import { hostKey, routerKey } from './owners.ts';
import { bridgesByRouter, hostPorts } from './lan-devices.ts';
import { hostDefaults, routerDefaults } from './platforms.ts';
import { desiredService, pullOf } from './service.ts';
import { policyNotes } from './policy-notes.ts';
import type { Secrets } from './session-terms.ts';
import type { SegmentSetup } from './desired-segments.ts';
import { segmentSetups } from './segment-setup.ts';
import type { PlanSettings } from './settings.ts';
import { byText } from './sorting.ts';
import { type Preference, preferencesOf } from './steering.ts';
import type { Testbed } from './testbed.ts';
import type { PlannedAccess, PlannedRouter, Topology } from './topology.ts';

/** All routers and experiment hosts, sorted by key. */
export function workloadsOf(
  topology: Topology,
  settings: PlanSettings,
  testbed: Testbed,
  { secrets, experiments }: { readonly secrets: Secrets; readonly experiments: readonly DesiredExperiment[] },
): DesiredWorkload[] {
  const adjacencies = adjacenciesOf(topology, secrets);
  const notes = policyNotes(topology, adjacencies, secrets);
  const preferences = preferencesOf(topology);
  const segments = segmentSetups(experiments, topology);
  const flows = hostFlows(experiments);
  const bridges = bridgesByRouter(topology.lans, topology.accesses.values());
  const routers = [...topology.routers.values()].map((router) =>
    routerWorkload(
      router,
      { sessions: [], subnets: [], shaping: [], ...adjacencies.get(router.name) },
      { preferences: preferences.get(router.name) ?? [], bridges: bridges.get(router.name) },
      settings,
      testbed,
      { notes: notes.get(router.name), segments: segments.get(router.name) },
    ),
  );
  const hosts = [...topology.accesses.values()].flatMap((access) =>
    access.seats.map((seat) =>
      hostWorkload(
        seat,
        { access, ports: hostPorts(topology.lans, access, seat.host.name) },
        settings,
        testbed,
        flows,
      ),
    ),
  );
  return [...routers, ...hosts].sort(byText(({ key }) => key));
}

/** How a router's traffic goes. */
interface Ways {
  readonly preferences: readonly Preference[];
  readonly bridges: readonly DesiredBridge[] | undefined;
}

function routerWorkload(
  { name, asn, routerId, loopback, locator, object }: PlannedRouter,
  { sessions, subnets, shaping }: Adjacency,
  { preferences, bridges }: Ways,
  settings: PlanSettings,
  testbed: Testbed,
  { notes, segments }: { notes: readonly PolicyNote[] | undefined; segments: SegmentSetup | undefined },
): DesiredWorkload {
  const { spec } = object;
  const key = routerKey(name);
  const identity = { key, name: routerServiceName(testbed, name), hostname: name };
  const configuration = renderFrr({
    hostname: name,
    asn,
    routerId,
    loopback,
    sessions,
    connected: subnets,
    preferred: preferences.flatMap(({ subnet, next }) => {
      const session = sessions.find(({ peer }) => peer === next);
      return session === undefined ? [] : [{ prefix: subnet, from: session.address }];
    }),
    advertise: spec.advertise ?? [],
    ...(bridges !== undefined && { vteps: bridges.map(({ vtep }) => `${vtep}/32`) }),
    ...(spec.bgp !== undefined && { bgp: spec.bgp }),
    extraConfig: spec.extraConfig,
  });
  return {
    key,
    owner: { kind: 'Router', name },
    service: desiredService(identity, spec, routerDefaults('frr', settings), testbed),
    ...pullOf(spec),
    setup: {
      ...{ type: 'router', platform: 'frr', asn, routerId, loopback, configuration, sessions, shaping },
      ...(locator !== undefined && { locator }),
      ...(segments !== undefined && { segments }),
      ...(bridges !== undefined && { bridges }),
    },
    ...(notes !== undefined && { notes }),
  };
}

function hostWorkload(
  seat: Seat,
  { access, ports }: { readonly access: PlannedAccess; readonly ports: readonly DesiredHostPort[] },
  settings: PlanSettings,
  testbed: Testbed,
  flows: ReadonlyMap<string, HostFlows>,
): DesiredWorkload {
  const { experiment, claim, routerAddress, key: network } = access;
  const { host } = seat;
  const { name } = experiment.metadata;
  const key = hostKey(name, host.name);
  const identity = { key, name: hostServiceName(testbed, name, host.name), hostname: host.name };
  return {
    key,
    owner: { kind: 'Experiment', name },
    service: desiredService(identity, host, hostDefaults(settings), testbed),
    ...pullOf(host),
    setup: {
      ...{ type: 'host', gateway: routerAddress, address: seatAddress(seat, claim.value), network },
      ...(flows.get(key) ?? { addresses: [], routes: [] }),
      ...(ports.length > 0 && { ports }),
    },
  };
}
