import type { DesiredIndex } from '../core/diff/desired-index.ts';
import type { RouteEntry } from '../core/diff/observed-router.ts';
import { naturally } from './view.ts';

/** A best route of a router, as programs get it. */
export interface ShownRoute {
  readonly router: string;
  /** CIDR. */
  readonly prefix: string;
  /** Address; absent when the router originates the prefix itself. */
  readonly nextHop?: string;
  /** Who has that address; absent when it is none of ours. */
  readonly neighbour?: string;
  readonly asPath: readonly number[];
}

/** What FRR has for a next hop of its own. */
const SELF = '0.0.0.0';

/** By prefix, in the order of numbers. */
export const shownRoutes = (
  router: string,
  routes: readonly RouteEntry[],
  desired: Pick<DesiredIndex, 'workloadAt' | 'nameAt'>,
): readonly ShownRoute[] =>
  [...routes]
    .sort((one, other) => naturally(one.prefix, other.prefix))
    .map(({ prefix, nextHop, asPath }) => ({
      router,
      prefix,
      ...(nextHop !== SELF && { nextHop }),
      ...(desired.workloadAt(nextHop) !== undefined && { neighbour: desired.nameAt(nextHop) }),
      asPath,
    }));

/** Rows of the table: router, prefix, next hop, neighbour, AS path. */
export const routeRows = (routes: readonly ShownRoute[]): readonly (readonly string[])[] =>
  routes.map(({ router, prefix, nextHop, neighbour, asPath }) => [
    router,
    prefix,
    nextHop ?? 'local',
    neighbour ?? '',
    asPath.join(' '),
  ]);
