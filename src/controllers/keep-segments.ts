import type { RouterSetup } from '../core/plan/desired.ts';
import { type SegmentSetup, withoutFlows } from '../core/plan/desired-segments.ts';
import type { Logger } from '../ports/logger.ts';
import type { Context } from './context.ts';
import type { Looked } from './looked.ts';

/**
 * Looks after a router's part in SRv6 whenever the router was looked at, and tells its Paths, the other routers on them, and who uses them, what has
 * become of it.
 */
export async function keepSegments(
  context: Context,
  name: string,
  { segments }: RouterSetup,
  { state, before, ...target }: Looked,
  logger: Logger,
): Promise<void> {
  const { keeper, testbed, enqueue } = context;
  if (state?.ready !== true) return;
  const setup = segments === undefined ? undefined : passable(context, name, segments);
  if (state === before && !keeper.isDue(name, target, setup)) return;
  if (!(await keeper.settle(name, target, setup, state, logger))) return;
  for (const path of testbed.desired.pathsOf(name)) {
    enqueue('path', path);
    for (const experiment of testbed.desired.experimentsOf(path)) enqueue('experiment', experiment);
    const { engineering, via = [] } = testbed.desired.paths.get(path) ?? {};
    if (engineering === 'srv6') for (const router of via) enqueue('router', router);
  }
}

/** A router's part without the connections that pass a router whose kernel cannot: nobody is to send what cannot arrive. */
function passable({ keeper, testbed }: Context, name: string, segments: SegmentSetup): SegmentSetup {
  const { desired } = testbed;
  const barred = desired
    .pathsOf(name)
    .filter((path) =>
      desired.paths.get(path)?.via.some((router) => keeper.router(router)?.lacks !== undefined),
    )
    .flatMap((path) => desired.connectionsOver(path))
    .flatMap(({ connection: { course } }) => course?.number ?? []);
  return withoutFlows(segments, new Set(barred));
}
