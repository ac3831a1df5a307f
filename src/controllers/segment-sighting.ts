import type { Trace, TraceHop } from '../core/diff/observed-router.ts';
import type { Probe, ProbeDirection, ProbeFlow } from '../core/prove/probe.ts';
import type { Echoes, Sighting } from '../core/prove/verdict.ts';
import type { HostConsole } from '../ports/host-console.ts';
import type { ConsoleTarget } from '../ports/router-console.ts';
import type { SegmentConsole } from '../ports/segment-console.ts';

interface Consoles {
  readonly hosts: Pick<HostConsole, 'echo' | 'spend'>;
  readonly segments: Pick<SegmentConsole, 'counts'>;
}

interface Places {
  readonly forward: ConsoleTarget | undefined;
  readonly reverse: ConsoleTarget | undefined;
  readonly routerOf: (name: string) => ConsoleTarget | undefined;
}

/** By SID: packets. */
type Counts = ReadonlyMap<string, number>;

/**
 * Sends packets such as a connection's own, and tells at which of its SIDs routers have taken them: traceroute sees nothing within a tunnel. Nobody
 * else has these SIDs, and each is reached only along the ones before it; so what was counted at all of them has taken the whole way, with
 * these segments in its header.
 */
export async function sightSegments(
  { forward, reverse }: Probe,
  flow: ProbeFlow,
  consoles: Consoles,
  places: Places,
  addedMs: number,
): Promise<Pick<Sighting, 'forward' | 'reverse' | 'echoes'>> {
  const routers = [...new Set([...forward.hops, ...reverse.hops].map(({ router }) => router))];
  const count = async (): Promise<Counts> => {
    const all = await Promise.all(
      routers.map(async (router) => {
        const target = places.routerOf(router);
        return target === undefined ? [] : [...(await consoles.segments.counts(target))];
      }),
    );
    return new Map(all.flat());
  };
  const before = await count();
  const echoes = await send({ forward, reverse }, flow, consoles, places, addedMs);
  const rttMs = echoes?.rttMs;
  const after = await count();
  // A SID that was made anew meanwhile counts from 0.
  const passed = (sid: string): boolean => (after.get(sid) ?? 0) > 0 && after.get(sid) !== before.get(sid);
  const answered = rttMs !== undefined;
  const wholeWay = ({ hops }: ProbeDirection): boolean =>
    hops.slice(1).every(({ address }) => passed(address));
  return {
    forward: traceOf(forward, passed, answered || wholeWay(forward), rttMs),
    reverse: traceOf(reverse, passed, flow.echoes ? answered : wholeWay(reverse), rttMs),
    ...(echoes !== undefined && { echoes }),
  };
}

/** @returns undefined: the packets are such that nobody answers. */
async function send(
  { forward, reverse }: Pick<Probe, 'forward' | 'reverse'>,
  flow: ProbeFlow,
  { hosts }: Consoles,
  places: Places,
  addedMs: number,
): Promise<Echoes | undefined> {
  const [one, other] = [reverse.to, forward.to];
  const [near, far] = [here(places.forward, forward), here(places.reverse, reverse)];
  const { selection } = flow;
  if (flow.echoes) {
    const packet = { from: one, to: other, dscp: selection?.dscp };
    return hosts.echo(near, packet, addedMs);
  }
  const packet = { dscp: selection?.dscp, protocol: flow.protocol };
  await Promise.all([
    hosts.spend(near, { ...packet, from: one, to: other, toPort: flow.port }, addedMs),
    hosts.spend(far, { ...packet, from: other, to: one, fromPort: flow.port }, addedMs),
  ]);
  return undefined;
}

function here(target: ConsoleTarget | undefined, direction: ProbeDirection): ConsoleTarget {
  if (target === undefined) throw new Error(`${direction.from} has no running container`);
  return target;
}

/** What a traceroute that sees SIDs would have shown. */
function traceOf(
  { hops, to }: ProbeDirection,
  passed: (sid: string) => boolean,
  reached: boolean,
  rttMs: number | undefined,
): Trace {
  const seen = hops.map(({ address }, index) => index === 0 || passed(address));
  const last = seen.lastIndexOf(true);
  const along = hops.slice(0, last + 1).map(({ address }, index): TraceHop => ({
    ttl: index + 1,
    address: seen[index] === true ? address : undefined,
    rttMs: undefined,
  }));
  return { reached, hops: reached ? [...along, { ttl: along.length + 1, address: to, rttMs }] : along };
}
