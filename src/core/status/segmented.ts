import type { DesiredPath } from '../plan/desired.ts';
import { type Finding, found, missing, unknown } from './conditions.ts';

/** What became of a router's part in SRv6. */
export interface SegmentedRouter {
  readonly node: string;
  /** What its kernel cannot: nothing was done. */
  readonly lacks?: string;
  /** Why nothing could be done. */
  readonly failure?: string;
}

/** @returns whether the kernels of a Path's routers know its segments; nothing when it is not engineered by SRv6. */
export function segmentedFindings(
  { engineering, via }: DesiredPath,
  routerOf: (router: string) => SegmentedRouter | undefined,
  used: boolean,
): readonly Finding[] {
  if (engineering !== 'srv6' || !used) return [];
  const routers = via.map((name) => ({ name, state: routerOf(name) }));
  const lacking = routers.filter(({ state }) => state?.lacks !== undefined);
  const [first] = lacking;
  if (first !== undefined) {
    const nodes = [...new Set(lacking.map(({ state }) => state?.node ?? ''))].sort().join(', ');
    const names = lacking.map(({ name }) => name).join(', ');
    const message = `${nodes} cannot do all that SRv6 needs (${first.state?.lacks ?? ''}), so nothing of it was set up in ${names}, and no packets are sent along this Path's segments: they follow plain BGP as far as it knows their addresses. Place these routers on other nodes, or take engineering: bgp`;
    return [{ ...missing('Segmented', 'KernelLacksSrv6', message), stalled: true }];
  }
  const failed = routers.find(({ state }) => state?.failure !== undefined);
  if (failed !== undefined)
    return [missing('Segmented', 'SegmentsFailed', `${failed.name}: ${failed.state?.failure ?? ''}`)];
  const open = routers.filter(({ state }) => state === undefined).map(({ name }) => name);
  if (open.length > 0) return [unknown('Segmented', 'Programming', `not set up yet in ${open.join(', ')}`)];
  return [
    found('Segmented', 'Segmented', `the kernels of ${String(via.length)} routers know their segments`),
  ];
}
