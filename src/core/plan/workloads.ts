import type { Router } from '../../api/router.ts';
import { dialectOf } from '../render/dialects.ts';
import { type Seat, seatAddress } from './access-network.ts';
import type { DesiredExperiment, DesiredHostPort, DesiredWorkload } from './desired.ts';
import type { PolicyNote } from './policy-note.ts';
import { type HostFlows, hostFlows } from './host-flows.ts';
import { hostServiceName, routerServiceName } from './names.ts';
import { hostKey, routerKey } from './owners.ts';
import { hostPorts } from './lan-devices.ts';
import {
  hostDefaults,
  releaseFor,
  routerDefaults,
  routerForm,
  runtimeOf,
  sandboxDefaults,
} from './platforms.ts';
import { type RouterPlan, routerPlans } from './router-plan.ts';
import { desiredService, pullOf, type RouterIdentity, sandboxedRouter } from './service.ts';
import { policyNotes } from './policy-notes.ts';
import type { Secrets } from './session-terms.ts';
import type { PlanSettings } from './settings.ts';
import { byText } from './sorting.ts';
import type { Testbed } from './testbed.ts';
import type { PlannedAccess, Topology } from './topology.ts';

/** All routers and experiment hosts, sorted by key. */
export function workloadsOf(
  topology: Topology,
  settings: PlanSettings,
  testbed: Testbed,
  { secrets, experiments }: { readonly secrets: Secrets; readonly experiments: readonly DesiredExperiment[] },
): DesiredWorkload[] {
  const plans = routerPlans(topology, experiments, secrets);
  const adjacencies = new Map(plans.map(({ router, adjacency }) => [router.name, adjacency]));
  const notes = policyNotes(topology, adjacencies, secrets);
  const flows = hostFlows(experiments);
  const routers = plans.map((plan) => routerWorkload(plan, settings, testbed, notes.get(plan.router.name)));
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

function routerWorkload(
  plan: RouterPlan,
  settings: PlanSettings,
  testbed: Testbed,
  notes: readonly PolicyNote[] | undefined,
): DesiredWorkload {
  const { bridges, segments } = plan;
  const { name, asn, routerId, loopback, locator, object } = plan.router;
  const { sessions, shaping } = plan.adjacency;
  const { platform } = object.spec;
  const key = routerKey(name);
  const identity = { key, name: routerServiceName(testbed, name), hostname: name, platform };
  const release = releaseFor(object.spec, settings);
  const { configuration, notes: platformNotes } = dialectOf(platform).render(plan, release);
  return {
    key,
    owner: { kind: 'Router', name },
    ...containersOf(identity, object, settings, testbed),
    ...pullOf(object.spec),
    setup: {
      ...{ type: 'router', platform, asn, routerId, loopback, configuration, sessions, shaping },
      ...(locator !== undefined && { locator }),
      ...(segments !== undefined && { segments }),
      ...(bridges !== undefined && { bridges }),
    },
    ...(notes !== undefined && { notes }),
    ...(platformNotes.length > 0 && { platformNotes }),
  };
}

/** The one container of a router, or the two of one in a sandbox. */
function containersOf(
  identity: RouterIdentity,
  { spec }: Router,
  settings: PlanSettings,
  testbed: Testbed,
): Pick<DesiredWorkload, 'service' | 'container'> {
  const { platform } = identity;
  const router = routerDefaults(platform, settings);
  if (runtimeOf(spec) === 'task') return { service: desiredService(identity, spec, router, testbed) };
  const sandboxing = { sandbox: sandboxDefaults(settings), router, form: routerForm(platform) };
  return sandboxedRouter(identity, spec, sandboxing, testbed);
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
