import { attachmentOf } from '../core/diff/attachment.ts';
import { type Action, NOTHING } from '../core/diff/action.ts';
import type { ObservedIndex, PlacedContainer } from '../core/diff/observed-index.ts';
import { hostDevices } from '../core/diff/devices.ts';
import { rivalOf } from '../core/diff/rival.ts';
import { diffWorkload } from '../core/diff/workload.ts';
import { type DesiredWorkload, MANAGEMENT } from '../core/plan/desired.ts';
import { reasonOf } from '../core/status/conditions.ts';
import type { HostFacts, LanFailure } from '../core/status/experiment.ts';
import type { Logger } from '../ports/logger.ts';
import { applyUnit } from './apply-unit.ts';
import type { Context } from './context.ts';
import { whyNotRunning } from './not-running.ts';

/** By workload: what this operator has set up in which container; a new container, or a new operator, sets it up again. */
export type Routed = Map<string, string>;

/** Keeps one experiment host: its service, and the routed path as the only way out of its container. */
export async function settleHost(
  context: Context,
  key: string,
  routed: Routed,
  scope: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<HostFacts | undefined> {
  const { testbed, observation } = context;
  const workload = testbed.desired.workloads.get(key);
  const index = observation.latest;
  const frozen = testbed.isFrozen({ kind: 'Experiment', name: key.split('/')[1] ?? '' });
  const plan = frozen ? NOTHING : diffWorkload(key, workload, index);
  const { diff, wait: held } = await context.images.placing(key, workload, plan, index);
  await applyUnit(context, `workload ${key}`, diff, scope);
  if (workload === undefined) {
    routed.delete(key);
    context.lans.forget(key);
    return undefined;
  }
  const placed = index.current(key);
  if (placed === undefined) {
    const before = reasonOf(context.statuses.conditions(workload.owner), 'HostsRunning');
    const notRunning = await whyNotRunning(workload, diff, index, context, before);
    return { placed, notRunning, unwired: notRunning.message };
  }
  const unwired = await wire(context, workload, placed, index, routed, scope);
  if (unwired === undefined && !frozen) await joinLans(context, workload, placed, scope.logger);
  const offLan = lanFailure(context, key);
  return {
    placed,
    notRunning: undefined,
    unwired,
    ...(offLan !== undefined && { offLan }),
    ...(held !== undefined && { held }),
  };
}

/** Gives a host its interfaces on LANs. */
async function joinLans(
  { lans }: Context,
  { key, owner, setup }: DesiredWorkload,
  { node, container }: PlacedContainer,
  logger: Logger,
): Promise<void> {
  if (setup.type !== 'host') return;
  const target = { node, containerId: container.id };
  await lans.settle({ key, owner, target }, hostDevices(setup.ports ?? []), undefined, logger);
}

/** Why a host is not on its LANs, be it for the node of its own or of its edge router. */
function lanFailure({ lans, testbed }: Context, key: string): LanFailure | undefined {
  const setup = testbed.desired.workloads.get(key)?.setup;
  if (setup?.type !== 'host' || setup.ports === undefined) return undefined;
  const router = testbed.desired.workloadAt(setup.gateway);
  return lans.failure(key) ?? (router === undefined ? undefined : lans.failure(router));
}

/** @returns what is still missing; undefined when the host is wired. */
async function wire(
  context: Context,
  { key, setup }: DesiredWorkload,
  placed: PlacedContainer,
  index: ObservedIndex,
  routed: Routed,
  scope: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<string | undefined> {
  if (setup.type !== 'host') return undefined;
  const { testbed, hosts, applier, networkFailures } = context;
  const access = testbed.desired.networks.get(setup.network);
  const attachment = access && attachmentOf(access, key, index);
  const rival = access && rivalOf(access, setup.address, index);
  if (attachment === undefined) {
    if (rival !== undefined) return rival;
    const failure = networkFailures.get(setup.network);
    return failure === undefined
      ? 'its access network is being plugged in'
      : `its access network is not plugged in yet: ${failure}`;
  }
  const containerId = placed.container.id;
  // What is routed over an interface goes with it.
  const route = JSON.stringify([containerId, attachment.endpoint.endpointId, setup]);
  if (routed.get(key) !== route) {
    context.assertLeading();
    await hosts.route({ node: placed.node, containerId }, setup);
    routed.set(key, route);
  }
  const management = index.networks.get(MANAGEMENT)?.[0];
  const managed = placed.container.endpoints.find((endpoint) => endpoint.networkId === management?.id);
  if (management === undefined || managed === undefined) return rival;
  const target = { node: placed.node, containerId, workload: key };
  const leave: Action = { type: 'unplug', target, networkId: management.id, network: management.name };
  await applier.apply({ sequences: [[leave]], waits: [] }, scope);
  return rival;
}
