import type { UnitDiff, Wait } from '../core/diff/action.ts';
import type { ObservedIndex, PlacedContainer } from '../core/diff/observed-index.ts';
import type { DesiredWorkload } from '../core/plan/desired.ts';
import type { Fleet } from '../ports/node-engine.ts';
import type { Swarm } from '../ports/swarm.ts';
import type { ImageKeeper } from './image-keeper.ts';

const CREATING: Wait = { reason: 'ServiceCreating', message: 'its service is being created' };
const STARTING: Wait = { reason: 'TaskStarting', message: 'Swarm is starting its container' };

/** Why a router whose sandbox is there has no container of its own that runs. @param failed what the last attempt failed with. */
export function whyNotInside(
  sandbox: PlacedContainer | undefined,
  diff: UnitDiff,
  failed: Error | undefined,
): Wait | undefined {
  if (sandbox === undefined) return undefined;
  if (failed !== undefined) return { reason: 'ContainerFailed', message: failed.message };
  const message = `its container is being started in its sandbox on ${sandbox.node}`;
  return diff.waits[0] ?? { reason: 'ContainerStarting', message };
}

/**
 * Why a workload has no running container that hinge can see: what the diff waits for, or Swarm's own words on its newest task. Swarm is
 * asked only from the second look on (`before`: the reason given last): most containers are there by then.
 */
export async function whyNotRunning(
  workload: DesiredWorkload,
  diff: UnitDiff,
  index: ObservedIndex,
  deps: { readonly swarm: Swarm; readonly fleet: Fleet; readonly images: ImageKeeper },
  before: string | undefined,
): Promise<Wait> {
  if (diff.waits[0] !== undefined) return diff.waits[0];
  if (!index.services.has(workload.key)) return CREATING;
  if (before === undefined || before === CREATING.reason) return STARTING;
  const [task] = await deps.swarm.tasks(workload.service.name);
  if (task === undefined) return { reason: 'TaskPending', message: 'Swarm has no task for it yet' };
  const { node, state, message } = task;
  const where = node === undefined ? '' : ` on ${node}`;
  if (node !== undefined && !deps.fleet.engines.has(node)) {
    const todo = `add ${node}=<endpoint> to HINGE_NODES`;
    return {
      reason: 'NodeWithoutEndpoint',
      message: `its task runs on ${node}, which has no endpoint: ${todo}`,
    };
  }
  const reading = node === undefined ? undefined : index.nodes.get(node);
  if (reading?.ok === false)
    return { reason: 'NodeUnreachable', message: `its task is${where}: ${reading.error}` };
  const missing = await deps.images.restarting(workload, index);
  if (missing !== undefined) return missing;
  const reason = state === 'rejected' || state === 'failed' ? 'TaskFailed' : 'TaskPending';
  return { reason, message: `its task${where} is ${state}${message === '' ? '' : `: ${message}`}` };
}
