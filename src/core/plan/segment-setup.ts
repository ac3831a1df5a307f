import type { DesiredConnection, DesiredExperiment } from './desired.ts';
import type {
  DesiredFlow,
  DesiredSid,
  ReachedHost,
  SegmentNeighbor,
  SegmentSetup,
} from './desired-segments.ts';
import type { Way } from './locator.ts';
import { linkKey } from './owners.ts';
import { routedIn } from './routed.ts';
import { byText, compareTexts } from './sorting.ts';
import type { Topology } from './topology.ts';

interface Draft {
  readonly neighbors: Map<string, SegmentNeighbor>;
  readonly sids: DesiredSid[];
  readonly flows: DesiredFlow[];
  readonly hosts: Map<string, ReachedHost>;
}

/** By router; none for routers that no connection over SRv6 passes. */
export function segmentSetups(
  experiments: readonly DesiredExperiment[],
  topology: Topology,
): ReadonlyMap<string, SegmentSetup> {
  const drafts = new Map<string, Draft>();
  const draftOf = (router: string): Draft => {
    const draft = drafts.get(router) ?? { neighbors: new Map(), sids: [], flows: [], hosts: new Map() };
    drafts.set(router, draft);
    return draft;
  };
  for (const connection of routedIn(experiments)) {
    reach(connection, draftOf);
    for (const way of ['forward', 'reverse'] as const) lead(connection, way, topology, draftOf);
  }
  return new Map(
    [...drafts].map(([router, { neighbors, sids, flows, hosts }]) => [
      router,
      {
        locator: topology.routers.get(router)?.locator,
        neighbors: [...neighbors.values()].sort(byText(({ locator }) => locator)),
        sids: sids.sort(byText(({ sid }) => sid)),
        flows: flows.sort(rightOfWay),
        hosts: [...hosts.values()].sort(byText(({ address }) => address)),
      },
    ]),
  );
}

/** Who selects among packets comes before who takes them all. */
function rightOfWay(one: DesiredFlow, other: DesiredFlow): number {
  const rank = ({ selection, number, way }: DesiredFlow): string =>
    `${selection === undefined ? '1' : '0'} ${String(number)} ${way}`;
  return compareTexts(rank(one), rank(other));
}

function reach({ from, to, course }: DesiredConnection, draftOf: (router: string) => Draft): void {
  const number = course?.number ?? 0;
  for (const { router, address, host, edge } of [from, to]) {
    if (address === host) continue;
    draftOf(router).hosts.set(address, { number, address, via: host, interface: edge });
  }
}

function lead(
  { from, to, course, ...ways }: DesiredConnection,
  way: Way,
  { links, routers }: Topology,
  draftOf: (router: string) => Draft,
): void {
  if (course === undefined) return;
  const via = ways[way].map(({ router }) => router);
  const [near, far] = way === 'forward' ? [from, to] : [to, from];
  for (const [index, router] of via.slice(1).entries()) {
    const before = via[index] ?? '';
    const addresses = links.get(linkKey(before, router))?.addresses;
    const locator = routers.get(router)?.locator;
    const [out, into, sid] = [addresses?.[before], addresses?.[router], course.segments[way][index]];
    if (out === undefined || into === undefined || sid === undefined || locator === undefined) continue;
    const { neighbors } = draftOf(before);
    const numbers = new Set([...(neighbors.get(locator)?.numbers ?? []), course.number]);
    neighbors.set(locator, {
      ...{ locator, interface: out, peer: into },
      numbers: [...numbers].sort((one, other) => one - other),
    });
    const action = index === via.length - 2 ? 'End.DX4' : 'End';
    draftOf(router).sids.push({ sid, number: course.number, action, interface: into });
    if (index > 0) continue;
    draftOf(before).flows.push({
      number: course.number,
      source: near.address,
      destination: far.address,
      selection: course.selection,
      way,
      segments: course.segments[way],
      interface: out,
    });
  }
}
