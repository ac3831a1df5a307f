import type { DesiredIndex } from '../core/diff/desired-index.ts';
import type { HopJudge, JudgedHop } from '../core/prove/hops.ts';
import type { ProbeDirection, ProbeEdge } from '../core/prove/probe.ts';
import { type Echoes, lossPercentOf } from '../core/prove/verdict.ts';

/** A router or host, and the address that it answers or should answer by. */
export interface NamedAddress {
  readonly name: string;
  readonly address: string;
}

/** A hop as programs get it. */
export interface ShownHop {
  readonly hop: number;
  /** Absent: nothing answered. */
  readonly seen?: NamedAddress & { readonly rttMs?: number };
  /** Absent: packets should have arrived before. */
  readonly expected?: NamedAddress;
  readonly right: boolean;
}

/** One way of a trace as programs get it. */
export interface ShownDirection {
  readonly from: string;
  readonly to: string;
  readonly right: boolean;
  /** Number of the first hop that is wrong. */
  readonly firstWrong?: number;
  /** What is wrong, in the operator's words. */
  readonly message?: string;
  readonly hops: readonly ShownHop[];
}

/** The route that the near edge has for the far end, as programs get it. */
export interface ShownRoute {
  readonly router: string;
  readonly prefix: string;
  /** AS path; absent: it has no route. */
  readonly seen?: readonly number[];
  readonly expected: readonly number[];
  readonly right: boolean;
}

type Names = Pick<DesiredIndex, 'nameAt'>;

const named = (names: Names, address: string): NamedAddress => ({ name: names.nameAt(address), address });

function shownHop(names: Names, { ttl, seen, expected, right }: JudgedHop): ShownHop {
  const { address, rttMs } = seen ?? {};
  return {
    hop: ttl,
    ...(address !== undefined && {
      seen: { ...named(names, address), ...(rttMs !== undefined && { rttMs }) },
    }),
    ...(expected !== undefined && { expected: named(names, expected) }),
    right,
  };
}

/** @param message what is wrong; undefined: nothing */
export function shownDirection(
  names: Names,
  direction: ProbeDirection,
  judge: HopJudge,
  message: string | undefined,
): ShownDirection {
  const wrong = judge.firstWrong;
  return {
    from: workloadName(direction.from),
    to: direction.to,
    right: message === undefined,
    ...(wrong !== undefined && { firstWrong: wrong.ttl }),
    ...(message !== undefined && { message }),
    hops: judge.judged.filter(says).map((judged) => shownHop(names, judged)),
  };
}

/** @param seen AS path; undefined: there is no route */
export const shownRoute = (
  { router, prefix, asPath }: ProbeEdge,
  seen: readonly number[] | undefined,
  right: boolean,
): ShownRoute => ({ router, prefix, ...(seen !== undefined && { seen }), expected: asPath, right });

export const routeText = ({ router, prefix, seen }: ShownRoute): string =>
  `${router} has ${seen === undefined ? `no route to ${prefix}` : `${prefix} by AS path ${seen.join(' ') || '(its own)'}`}`;

/** Packets between the hosts of a connection, as programs get them. */
export interface ShownPackets {
  readonly sent: number;
  readonly lossPercent: number;
  /** Milliseconds, on average; absent: none was answered. */
  readonly rttMs?: number;
}

export const shownPackets = (echoes: Echoes): ShownPackets => ({
  sent: echoes.sent,
  lossPercent: lossPercentOf(echoes),
  ...(echoes.rttMs !== undefined && { rttMs: echoes.rttMs }),
});

export const packetsText = ({ sent, lossPercent, rttMs }: ShownPackets): string =>
  `${sent.toString()} packets between the hosts: ${lossPercent.toString()} % lost${rttMs === undefined ? '' : `, ${rttMs.toFixed(3)} ms there and back`}`;

/** `vyos-35`, `fig3/a`. */
export const workloadName = (key: string): string => key.replace(/^(router|host)\//, '');

/** Beyond the end of the Path, silence says nothing. */
export const says = ({ seen, expected }: JudgedHop): boolean =>
  expected !== undefined || seen?.address !== undefined;

const IPV4_WIDTH = '255.255.255.255'.length;
const RTT_WIDTH = '1000.000 ms'.length;

/** Lines of a trace, made one at a time: so their columns cannot depend on what comes later. */
export class TraceText {
  readonly #names: Names;
  readonly #width: number;
  readonly #addressWidth: number;

  /** @param directions all that will be shown */
  constructor(names: Names, directions: readonly ProbeDirection[]) {
    this.#names = names;
    const known = directions.flatMap(({ hops, to }) => [
      ...hops.map(({ router }) => router),
      names.nameAt(to),
    ]);
    const addresses = directions.flatMap(({ hops }) => hops.map(({ address }) => address.length));
    this.#addressWidth = Math.max(IPV4_WIDTH, ...addresses);
    this.#width = Math.max('ROUTER'.length, ...known.map((name) => name.length));
  }

  head(): string {
    return this.#line(['HOP', 'ROUTER', 'ADDRESS', 'RTT'.padStart(RTT_WIDTH), 'EXPECTED']);
  }

  /** @param first it is the first that is wrong */
  hop({ ttl, seen, expected }: JudgedHop, first: boolean): string {
    const { address, rttMs } = seen ?? {};
    const wanted =
      expected === undefined ? 'nothing further' : `${this.#names.nameAt(expected)} (${expected})`;
    const note = seen?.unreachable === true ? ', which has no way on' : '';
    return this.#line([
      String(ttl),
      address === undefined ? '*' : this.#names.nameAt(address),
      address ?? '*',
      (rttMs === undefined ? '-' : `${rttMs.toFixed(3)} ms`).padStart(RTT_WIDTH),
      `${wanted}${note}${first ? '  <-- the first hop that is wrong' : ''}`,
    ]);
  }

  #line([hop = '', router = '', address = '', rtt = '', expected = '']: readonly string[]): string {
    const cells = [
      hop.padStart(5),
      router.padEnd(this.#width),
      address.padEnd(this.#addressWidth),
      rtt,
      expected,
    ];
    return cells.join('  ').trimEnd();
  }
}
