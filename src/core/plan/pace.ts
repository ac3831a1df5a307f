import type { Egress, LinkShape } from './link-shape.ts';

/** Timers of a BGP session whose packets are delayed. */
export interface Pace {
  /** Seconds. */
  readonly keepalive: number;
  readonly hold: number;
  readonly connect: number;
  /** Between two BFD packets, in ms. */
  readonly bfdMs: number;
}

/** Up to this round trip, in s, the usual timers hold: 3 s, 9 s, 1 s, and 500 ms for BFD. */
const UNNOTICED = 0.1;
const KEEPALIVE = 3;
export const USUAL_BFD_MS = 500;

/** The usual timers, as routers are given them where nothing says otherwise. */
export const USUAL_PACE: Pace = {
  keepalive: KEEPALIVE,
  hold: 3 * KEEPALIVE,
  connect: 1,
  bfdMs: USUAL_BFD_MS,
};
/** The longest interval that FRR's BFD takes. */
const LONGEST_BFD_MS = 60_000;

/**
 * Timers for a link that delays BGP and BFD too; undefined: the usual ones do. A constant delay delays every keepalive by the same; what the timers
 * have to outlast is a lost segment, which is missed and sent again a round trip later at the soonest, three times over as usual. A
 * connection needs a round trip before it is one, and a try that is given up before that never ends.
 */
export function paceOf({ control, egress }: LinkShape): Pace | undefined {
  if (control === 'exempt') return undefined;
  const roundTrip = Object.values(egress).reduce((sum, one) => sum + longestUs(one), 0) / 1e6;
  if (roundTrip <= UNNOTICED) return undefined;
  const keepalive = KEEPALIVE + Math.ceil(roundTrip);
  return {
    keepalive,
    hold: 3 * keepalive,
    connect: Math.max(1, Math.ceil(2 * roundTrip)),
    bfdMs: Math.min(LONGEST_BFD_MS, Math.max(USUAL_BFD_MS, 100 * Math.ceil(roundTrip * 10))),
  };
}

/** netem spreads a delay evenly over its jitter, to both sides. */
const longestUs = ({ delayUs, jitterUs }: Egress): number => delayUs + jitterUs;

/** Linux sends a SYN 7 times within 127 s, and its answer 6 times within 63 s: up to this, in s, they are enough. */
const USUAL_CONNECT = 60;

/**
 * How often TCP has to try a connection so that the slowest of a router's sessions comes about; undefined: as often as it does by itself. The tries come
 * after 1, 2, 4 … s, and from then on every 120 s (RFC 6298; TCP_RTO_MAX).
 */
export function synRetriesOf(paces: readonly (Pace | undefined)[]): number | undefined {
  const longest = Math.max(0, ...paces.map((pace) => pace?.connect ?? 0));
  if (longest <= USUAL_CONNECT) return undefined;
  let retries = 0;
  for (let spent = 0; spent < longest; retries += 1) spent += Math.min(2 ** retries, 120);
  return retries;
}
