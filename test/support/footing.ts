import { birdSessionsOf, runsBird } from './bird.ts';
import type { Container } from './containers.ts';
import { sessionsOf } from './frr.ts';
import { steady } from './steady.ts';
import type { Testbed } from './testbed.ts';

/** What must not change where nothing was edited: the container, and how often each session was established and lost in it; with BIRD, since when it is up. */
export interface Footing {
  readonly container: string;
  readonly sessions: Readonly<
    Record<string, { readonly established: number; readonly dropped: number } | { readonly since: string }>
  >;
}

/** The footing of every router of a testbed that runs, or of those named. */
export async function footingOf(
  testbed: Testbed,
  routers?: readonly string[],
): Promise<Readonly<Record<string, Footing>>> {
  const containers = await testbed.containers();
  const wanted = [...containers].filter(([workload]) => {
    const [type, name = ''] = workload.split('/');
    return type === 'router' && (routers === undefined || routers.includes(name));
  });
  return Object.fromEntries(
    await Promise.all(
      wanted.map(
        async ([workload, container]) => [workload.slice('router/'.length), await ofOne(container)] as const,
      ),
    ),
  );
}

/** Longer than BFD takes to notice that a neighbour is silent: a session that a fault of before still ends has ended by then. Ms */
const STEADY_MS = 3_000;

/** The footing of every router, once no session comes or goes: where something was broken a moment ago. */
export const steadyFooting = (testbed: Testbed): Promise<Readonly<Record<string, Footing>>> =>
  steady(() => footingOf(testbed), STEADY_MS, 'no session comes or goes');

/** The containers alone, by router. */
export const containersOf = (footing: Readonly<Record<string, Footing>>): Record<string, string> =>
  Object.fromEntries(Object.entries(footing).map(([name, { container }]) => [name, container]));

async function ofOne(container: Container): Promise<Footing> {
  if (await runsBird(container))
    return { container: container.found.id, sessions: await birdSessionsOf(container) };
  const sessions = Object.entries(await sessionsOf(container));
  return {
    container: container.found.id,
    sessions: Object.fromEntries(
      sessions.map(([peer, { established, dropped }]) => [peer, { established, dropped }]),
    ),
  };
}
