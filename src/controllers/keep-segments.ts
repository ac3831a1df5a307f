import type { RouterSetup } from '../core/plan/desired.ts';
import type { Logger } from '../ports/logger.ts';
import type { Context } from './context.ts';
import type { Looked } from './looked.ts';

/** Looks after a router's part in SRv6 whenever the router was looked at, and tells its Paths, and who uses them, what has become of it. */
export async function keepSegments(
  { keeper, testbed, enqueue }: Context,
  name: string,
  { segments }: RouterSetup,
  { state, before, ...target }: Looked,
  logger: Logger,
): Promise<void> {
  if (state?.ready !== true) return;
  if (state === before && !keeper.isDue(name, target, segments)) return;
  if (!(await keeper.settle(name, target, segments, state, logger))) return;
  for (const path of testbed.desired.pathsOf(name)) {
    enqueue('path', path);
    for (const experiment of testbed.desired.experimentsOf(path)) enqueue('experiment', experiment);
  }
}
