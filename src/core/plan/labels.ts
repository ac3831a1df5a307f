import { isPlatform, type Platform } from './platforms.ts';
import type { Testbed } from './testbed.ts';

/** The testbed: the prefix of its keys. On every network, service and container of it. */
export const PREFIX_LABEL = 'hinge.testbed/prefix';
/** The store's UID (`/hinge/cluster`) under which it was made. */
export const CLUSTER_LABEL = 'hinge.testbed/cluster';
/** A network's key in the plan. */
export const NETWORK_LABEL = 'hinge.testbed/network';
/** A workload's key in the plan; on its service and on its containers. */
export const WORKLOAD_LABEL = 'hinge.testbed/workload';
/** Set on the node helpers, which are no part of the plan. */
export const HELPER_LABEL = 'hinge.testbed/helper';
/** The platform of a router's container; none: FRR. */
const PLATFORM_LABEL = 'hinge.testbed/platform';
/** On the task of a router that has a container of its own: `sandbox`. Such a task holds its namespaces, and nothing else runs in it. */
export const RUNTIME_LABEL = 'hinge.testbed/runtime';
/** On a router's own container, in a sandbox: its workload's key. */
export const ROUTER_LABEL = 'hinge.testbed/router';
/** On the same: id of the task's container whose namespaces it is in. */
export const SANDBOX_LABEL = 'hinge.testbed/sandbox';
/** On the same: what it was made from, as JSON. */
export const MADE_FROM_LABEL = 'hinge.testbed/made-from';
/** On the config in which the Swarm keeps how far the store had come. */
export const REVISION_LABEL = 'hinge.testbed/revision';

/** All keys above begin with this: what is under others is somebody else's. */
const OWN = 'hinge.testbed/';

export const isOwnLabel = (key: string): boolean => key.startsWith(OWN);

type Labels = Readonly<Record<string, string>>;

const testbedLabels = ({ prefix, uid }: Testbed): Labels => ({
  [PREFIX_LABEL]: prefix,
  [CLUSTER_LABEL]: uid,
});

export const networkLabels = (testbed: Testbed, key: string): Labels => ({
  ...testbedLabels(testbed),
  [NETWORK_LABEL]: key,
});

export const SANDBOX_LABELS: Labels = { [RUNTIME_LABEL]: 'sandbox' };

export const routerLabels = (testbed: Testbed, key: string, platform: Platform): Labels => ({
  ...testbedLabels(testbed),
  ...platformLabels(platform),
  [ROUTER_LABEL]: key,
});

/** @param platform of a router. */
export const workloadLabels = (testbed: Testbed, key: string, platform: Platform = 'frr'): Labels => ({
  ...testbedLabels(testbed),
  ...platformLabels(platform),
  [WORKLOAD_LABEL]: key,
});

/** FRR has none, so that routers from before there were others keep their containers. */
const platformLabels = (platform: Platform): Labels =>
  platform === 'frr' ? {} : { [PLATFORM_LABEL]: platform };

/** The platform of the container that has these labels. */
export function platformIn({ [PLATFORM_LABEL]: platform = 'frr' }: Labels): Platform {
  return isPlatform(platform) ? platform : 'frr';
}
