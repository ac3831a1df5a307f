import type { DesiredState, RouterSetup } from '../../../../src/core/plan/desired.ts';

interface Route {
  readonly asPath: readonly string[];
  readonly preference: number;
}

/** By router: its setup. */
export const setupsOf = (desired: DesiredState): ReadonlyMap<string, RouterSetup> =>
  new Map(
    desired.workloads.flatMap(({ owner, setup }) =>
      setup.type === 'router' ? [[owner.name, setup] as const] : [],
    ),
  );

/** The neighbour that a router prefers for a subnet, as its configuration says. */
function likedBy({ configuration, sessions }: RouterSetup, subnet: string): string | undefined {
  const line = configuration.text
    .split('\n')
    .find((text) => text.startsWith('ip prefix-list hinge-via-') && text.endsWith(` permit ${subnet}`));
  const address = line?.split(' ')[2]?.slice('hinge-via-'.length);
  return sessions.find((session) => session.address === address)?.peer;
}

/**
 * What BGP comes to for one subnet, played through: every router chooses among what its neighbours have chosen, the preferred first, then the
 * shortest AS path, then the first name; a router takes nothing that it is in already. Routers take their turn in the given order, again and
 * again until none changes its mind.
 * @returns by router: the next one. @throws when they do not come to rest.
 */
export function settleBgp(
  desired: DesiredState,
  { subnet, origin }: { readonly subnet: string; readonly origin: string },
  order: readonly string[],
): ReadonlyMap<string, string> {
  const setups = setupsOf(desired);
  const best = new Map<string, Route>([[origin, { asPath: [], preference: Infinity }]]);
  const choose = (router: string): Route | undefined => {
    const setup = setups.get(router);
    if (setup === undefined || router === origin) return best.get(router);
    const liked = likedBy(setup, subnet);
    const candidates = setup.sessions.flatMap(({ peer }): Route[] => {
      const route = best.get(peer);
      if (route === undefined || route.asPath.includes(router)) return [];
      return [{ asPath: [peer, ...route.asPath], preference: peer === liked ? 200 : 100 }];
    });
    return candidates.sort(
      (one, other) =>
        other.preference - one.preference ||
        one.asPath.length - other.asPath.length ||
        (one.asPath[0] ?? '').localeCompare(other.asPath[0] ?? ''),
    )[0];
  };
  for (let round = 0; round < 10 * order.length; round += 1) {
    const changed = order.filter((router) => {
      const chosen = choose(router);
      if (chosen?.asPath.join(' ') === best.get(router)?.asPath.join(' ')) return false;
      if (chosen === undefined) best.delete(router);
      else best.set(router, chosen);
      return true;
    });
    if (changed.length === 0) {
      const next = [...best].map(([router, { asPath }]) => [router, asPath[0]] as const);
      return new Map(
        next.flatMap(([router, first]) => (first === undefined ? [] : [[router, first] as const])),
      );
    }
  }
  throw new Error(`BGP does not come to rest for ${subnet}`);
}
