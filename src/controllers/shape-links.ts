import type { RouterSetup } from '../core/plan/desired.ts';
import type { Logger } from '../ports/logger.ts';
import type { Context } from './context.ts';
import type { Looked } from './looked.ts';

/** Looks after the properties of a router's links whenever the router was looked at, and tells the Paths over them what has become of it. */
export async function shapeLinks(
  { shaper, testbed, enqueue }: Context,
  name: string,
  setup: RouterSetup,
  { state, before, ...target }: Looked,
  logger: Logger,
): Promise<void> {
  if (state?.ready !== true) return;
  if (state === before && !shaper.isDue(name, target, setup.shaping)) return;
  if (await shaper.settle(name, target, setup, state, logger))
    for (const path of testbed.desired.pathsOf(name)) enqueue('path', path);
}
