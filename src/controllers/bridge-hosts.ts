import { routerDevices } from '../core/diff/devices.ts';
import type { RouterSetup } from '../core/plan/desired.ts';
import type { Logger } from '../ports/logger.ts';
import type { Context } from './context.ts';
import type { Looked } from './looked.ts';

/** Looks after a router's part of LANs whenever the router was looked at, and tells their Experiments what has become of it. */
export async function bridgeHosts(
  { lans, testbed, enqueue }: Context,
  name: string,
  { bridges = [], platform }: RouterSetup,
  { state, before, ...target }: Looked,
  logger: Logger,
): Promise<void> {
  if (state?.ready !== true) return;
  const seen = state === before ? undefined : (state.devices ?? []);
  const place = { key: `router/${name}`, owner: { kind: 'Router', name } as const, target };
  if (!(await lans.settle(place, routerDevices(bridges, platform), seen, logger))) return;
  for (const path of testbed.desired.pathsOf(name))
    for (const experiment of testbed.desired.experimentsOf(path)) enqueue('experiment', experiment);
}
