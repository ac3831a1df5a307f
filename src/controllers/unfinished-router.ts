import { runsPlan } from '../core/diff/wanted-configuration.ts';
import type { Probe } from '../core/prove/probe.ts';
import type { Observation } from './observation.ts';
import type { RouterStates } from './router-states.ts';
import type { Testbed } from './testbed.ts';

interface Known {
  readonly observation: Observation;
  readonly routerStates: RouterStates;
  readonly testbed: Testbed;
}

/**
 * A router on the way that still has to be given its configuration: until then packets may take the right way for a moment only. One that nobody
 * changes, or that refused it, is not waited for.
 */
export function unfinishedRouter(
  { forward, reverse, edge }: Probe,
  { observation, routerStates, testbed }: Known,
): string | undefined {
  const passed = [...forward.hops, ...reverse.hops].map(({ router }) => router);
  const ends = [forward.from, reverse.from]
    .filter((end) => end.startsWith('router/'))
    .map((end) => end.slice('router/'.length));
  return [...passed, ...ends, ...(edge === undefined ? [] : [edge.router])].find((router) => {
    const setup = testbed.desired.workloads.get(`router/${router}`)?.setup;
    const placed = observation.latest.inside(`router/${router}`);
    const state = placed === undefined ? undefined : routerStates.get(router, placed.container.id);
    if (setup?.type !== 'router' || state === undefined || runsPlan(setup, state)) return false;
    const isFrozen = testbed.isFrozen({ kind: 'Router', name: router });
    return !isFrozen && !routerStates.isRefused(router, setup.configuration);
  });
}
