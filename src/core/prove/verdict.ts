import type { ProofHop, ProofStatus } from '../../api/status.ts';
import type { Trace } from '../diff/observed-router.ts';
import { type Probe, type ProbeDirection, type ProbeEdge, waypointsOf } from './probe.ts';

/** What was seen when a probe was carried out. */
export interface Sighting {
  /** RFC 3339. */
  readonly at: string;
  readonly forward: Trace;
  readonly reverse: Trace;
  /** AS path of the far prefix in the near edge's table; undefined: it has no route. */
  readonly asPath: readonly number[] | undefined;
  /** Of the packets between the hosts of a connection. */
  readonly echoes?: Echoes;
}

/** What came of packets that were sent to be answered. */
export interface Echoes {
  readonly sent: number;
  readonly answered: number;
  /** Milliseconds, on average; undefined: none was answered. */
  readonly rttMs: number | undefined;
}

/** Packets are not answered. */
export const NO_ANSWER = 'NoAnswer';

/** The links delay packets by more than anybody waits: nothing is known, and nothing is wrong. */
export const TOO_SLOW = 'TooSlow';

/** A router on the way does not run its planned configuration yet: what packets do now says little of what they will do. */
export const CONFIGURING = 'Configuring';

export interface Verdict {
  readonly proven: boolean;
  readonly reason: string;
  /** What was expected and what was seen, with the first hop that is wrong. */
  readonly message: string;
}

/** Compares what was seen with what was asked for. */
export function verdictOf(probe: Probe, sighting: Sighting, nameOf: (address: string) => string): Verdict {
  const forward = deviationOf(probe.forward, sighting.forward, nameOf);
  if (forward !== undefined)
    return { proven: false, reason: forward.reason, message: `forward: ${forward.message}` };
  const reverse = deviationOf(probe.reverse, sighting.reverse, nameOf);
  if (reverse !== undefined)
    return { proven: false, reason: reverse.reason, message: `reverse: ${reverse.message}` };
  const hops = `${String(probe.forward.hops.length)} router hops forward, ${String(probe.reverse.hops.length)} reverse`;
  if (probe.edge === undefined)
    return { proven: true, reason: 'Proven', message: `packets take the Path along its segments: ${hops}` };
  const learned = asPathDeviation(probe.edge, sighting.asPath);
  if (learned !== undefined) return { proven: false, reason: 'OtherAsPath', message: learned };
  if (probe.echo !== undefined && sighting.echoes !== undefined) {
    const tunnel = `the tunnel between ${probe.edge.router} and ${nameOf(probe.forward.to)}`;
    return verdictOfEchoes(probe.echo, sighting.echoes, tunnel);
  }
  return { proven: true, reason: 'Proven', message: `packets take the Path: ${hops}` };
}

/**
 * What is wrong with the route that the near edge has for the far end.
 * @param seen its AS path; undefined: there is no route
 */
export function asPathDeviation(
  { router, prefix, asPath }: ProbeEdge,
  seen: readonly number[] | undefined,
): string | undefined {
  if (seen !== undefined && sameWay(seen, asPath)) return undefined;
  const has = seen === undefined ? 'no route' : `"${seen.join(' ')}"`;
  return `${router} should have ${prefix} by AS path "${asPath.join(' ')}" but has ${has}`;
}

/** What hosts of a layer-2 connection make of a tunnel that takes its Path. @param tunnel such as `the tunnel between r1 and r4` */
function verdictOfEchoes({ from, to }: NonNullable<Probe['echo']>, echoes: Echoes, tunnel: string): Verdict {
  const way = `${tunnel} takes the Path`;
  if (echoes.answered === 0) {
    const message = `${way}, but ${to} answers none of ${String(echoes.sent)} packets from ${from}`;
    return { proven: false, reason: NO_ANSWER, message };
  }
  const lost = `${String(lossPercentOf(echoes))} % of ${String(echoes.sent)} packets between the hosts lost`;
  return { proven: true, reason: 'Proven', message: `${way}; ${lost}` };
}

/** Rounded to whole numbers. */
export const lossPercentOf = ({ sent, answered }: Echoes): number =>
  Math.round((100 * (sent - answered)) / Math.max(1, sent));

/** An AS number that is there several times in a row was prepended, which says nothing of the way. */
function sameWay(seen: readonly number[], expected: readonly number[]): boolean {
  const once = (path: readonly number[]): string => path.filter((asn, at) => asn !== path[at - 1]).join(' ');
  return once(seen) === once(expected);
}

/** Whether packets pass exactly the routers that they should, both ways. */
export const isOnCourse = (probe: Probe, sighting: Pick<Sighting, 'forward' | 'reverse'>): boolean =>
  (['forward', 'reverse'] as const).every(
    (way) => deviationOf(probe[way], sighting[way], (address) => address) === undefined,
  );

/**
 * Whether packets arrive both ways and every router that answered is the right one, though not all did. An answer may be lost or late: that
 * alone does not tell that packets left their way.
 */
export const isMerelySilent = (probe: Probe, sighting: Pick<Sighting, 'forward' | 'reverse'>): boolean =>
  (['forward', 'reverse'] as const).every((way) => {
    const wanted = waypointsOf(probe[way]);
    const { reached, hops } = sighting[way];
    return reached && hops.every(({ ttl, address }) => address === undefined || address === wanted[ttl - 1]);
  });

/** The first hop at which packets do not do what they should; undefined: there is none. */
export function deviationOf(
  expected: ProbeDirection,
  seen: Trace,
  nameOf: (address: string) => string,
): { readonly reason: string; readonly message: string } | undefined {
  const wanted = waypointsOf(expected);
  for (const [i, address] of wanted.entries()) {
    const hop = seen.hops.find(({ ttl }) => ttl === i + 1);
    const where = `hop ${String(i + 1)} of ${String(wanted.length)} should be ${nameOf(address)} (${address})`;
    if (hop === undefined)
      return { reason: 'Unreachable', message: `${where}, but packets from ${expected.from} end before it` };
    if (hop.address === undefined) return { reason: 'HopSilent', message: `${where}, but nothing answered` };
    if (hop.address !== address) {
      return { reason: 'OtherPath', message: `${where}, but was ${nameOf(hop.address)} (${hop.address})` };
    }
  }
  return undefined;
}

/** The status of a proof: what was seen, with the names of the routers. */
export function proofOf(probe: Probe, sighting: Sighting, nameOf: (address: string) => string): ProofStatus {
  const hops = (direction: ProbeDirection, trace: Trace): readonly ProofHop[] =>
    trace.hops
      .filter((hop) => hop.address !== direction.to)
      .map(({ address }) => ({
        router: address === undefined ? '*' : nameOf(address),
        address: address ?? '*',
      }));
  return {
    checkedAt: sighting.at,
    forward: { hops: hops(probe.forward, sighting.forward) },
    reverse: { hops: hops(probe.reverse, sighting.reverse) },
    asPath: sighting.asPath ?? [],
  };
}
