import type { DesiredState, RouterSetup } from '../../../../src/core/plan/desired.ts';

interface Route {
  /** AS numbers, the neighbour's first. */
  readonly asPath: readonly number[];
  /** Routers of the own AS that passed it on, the last one first: what the list of clusters and the originator say. */
  readonly reflectors: readonly string[];
  readonly preference: number;
  /** The router it was heard of; undefined: it is the router's own. */
  readonly from: string | undefined;
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
 * shortest AS path, then what comes straight from another AS, then the first name of the router that brought it into the AS, or, of another AS, of
 * the neighbour, then the fewest routers within the AS. A router takes nothing that has its AS, or within the AS itself, in it already. Routers take
 * their turn in the given order, again and again until none changes its mind.
 * @returns by router: the next one, and the AS path. @throws when they do not come to rest.
 */
export function settleBgp(
  desired: DesiredState,
  { subnet, origin }: { readonly subnet: string; readonly origin: string },
  order: readonly string[],
): ReadonlyMap<string, { readonly next: string; readonly asPath: readonly number[] }> {
  const setups = setupsOf(desired);
  const own: Route = { asPath: [], reflectors: [], preference: Infinity, from: undefined };
  const best = new Map([[origin, own]]);
  const choose = (router: string): Route | undefined => {
    const setup = setups.get(router);
    if (setup === undefined || router === origin) return best.get(router);
    const liked = likedBy(setup, subnet);
    const candidates = setup.sessions.flatMap(({ peer, asn }): Route[] => {
      const heard = best.get(peer);
      if (heard === undefined) return [];
      const preference = peer === liked ? 200 : 100;
      if (asn !== setup.asn) {
        const asPath = [asn, ...heard.asPath];
        return asPath.includes(setup.asn) ? [] : [{ asPath, reflectors: [], preference, from: peer }];
      }
      const reflectors = [peer, ...heard.reflectors];
      return reflectors.includes(router)
        ? []
        : [{ asPath: heard.asPath, reflectors, preference, from: peer }];
    });
    const originator = ({ reflectors, from = '' }: Route): string => reflectors.at(-1) ?? from;
    return candidates.sort(
      (one, other) =>
        other.preference - one.preference ||
        one.asPath.length - other.asPath.length ||
        Math.sign(one.reflectors.length) - Math.sign(other.reflectors.length) ||
        originator(one).localeCompare(originator(other)) ||
        one.reflectors.length - other.reflectors.length ||
        (one.from ?? '').localeCompare(other.from ?? ''),
    )[0];
  };
  for (let round = 0; round < 10 * order.length; round += 1) {
    const changed = order.filter((router) => {
      const chosen = choose(router);
      if (JSON.stringify(chosen) === JSON.stringify(best.get(router))) return false;
      if (chosen === undefined) best.delete(router);
      else best.set(router, chosen);
      return true;
    });
    if (changed.length === 0)
      return new Map(
        [...best].flatMap(([router, { from, asPath }]) =>
          from === undefined ? [] : [[router, { next: from, asPath }] as const],
        ),
      );
  }
  throw new Error(`BGP does not come to rest for ${subnet}`);
}
