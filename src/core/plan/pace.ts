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
const BFD_MS = 500;
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
    bfdMs: Math.min(LONGEST_BFD_MS, Math.max(BFD_MS, 100 * Math.ceil(roundTrip * 10))),
  };
}

/** netem spreads a delay evenly over its jitter, to both sides. */
const longestUs = ({ delayUs, jitterUs }: Egress): number => delayUs + jitterUs;
