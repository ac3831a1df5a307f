import type { Hop, Impairment, LinkProperties, Path } from '../../api/path.ts';
import { linkKey } from './owners.ts';
import { pairsOf } from './pairs.ts';

/** What happens to the packets that leave a router over a link. */
export interface Egress {
  /** Bits per second; undefined: no limit. */
  readonly rate: number | undefined;
  /** Microseconds, one way. */
  readonly delayUs: number;
  readonly jitterUs: number;
  /** Percent of packets. */
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly corrupt: number;
}

/** The properties of a link. */
export interface LinkShape {
  /** Bytes; undefined: as Docker has made the interfaces. */
  readonly mtu: number | undefined;
  /** Whether BGP and BFD pass as if there were no properties, or like everything else. */
  readonly control: 'exempt' | 'shaped';
  /** By router, sorted: what leaves it. */
  readonly egress: Readonly<Record<string, Egress>>;
}

/** A link's properties as a Path asks for them. */
export interface NamedShape {
  readonly key: string;
  readonly shape: LinkShape;
  /** Where in the Path. */
  readonly field: string;
}

const PROPERTIES = [
  'mtu',
  'rate',
  'delay',
  'jitter',
  'loss',
  'duplicate',
  'reorder',
  'corrupt',
  'control',
] as const;

const namesAny = (properties: LinkProperties | undefined): boolean =>
  properties !== undefined && PROPERTIES.some((name) => properties[name] !== undefined);

/** The properties that a Path names for its links, in its order; a link for which it names none is left to others. */
export function shapesOf(path: Path): readonly NamedShape[] {
  const { links, hops = [] } = path.spec;
  return pairsOf(path).flatMap(({ key, first, second }) => {
    const index = hops.findIndex(({ between }) => linkKey(...between) === key);
    const hop: Hop | undefined = hops[index];
    const own = hop !== undefined && (namesAny(hop) || hop.reverse !== undefined);
    if (!own && !namesAny(links)) return [];
    const field = own ? `spec.hops[${index.toString()}]` : 'spec.links';
    return [{ key, field, shape: shapeOf(links, hop, hop?.between ?? [first, second]) }];
  });
}

function shapeOf(
  links: LinkProperties | undefined,
  hop: Hop | undefined,
  [from, to]: readonly [string, string],
): LinkShape {
  const there = { ...links, ...hop };
  const egress = { [from]: egressOf(there), [to]: egressOf({ ...there, ...hop?.reverse }) };
  return {
    mtu: there.mtu,
    control: there.control ?? 'exempt',
    egress: Object.fromEntries(Object.entries(egress).sort(([one], [other]) => (one < other ? -1 : 1))),
  };
}

const egressOf = (impairment: Impairment): Egress => ({
  rate: impairment.rate === undefined ? undefined : bitsPerSecond(impairment.rate),
  delayUs: microseconds(impairment.delay),
  jitterUs: microseconds(impairment.jitter),
  loss: percent(impairment.loss),
  duplicate: percent(impairment.duplicate),
  reorder: percent(impairment.reorder),
  corrupt: percent(impairment.corrupt),
});

const RATES: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };
const TIMES: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };

const times = (text: string, units: Readonly<Record<string, number>>): number => {
  const unit = text.replace(/^[0-9.]+/, '');
  return Math.round(Number.parseFloat(text) * (units[unit] ?? 1));
};

/** Bits per second of a rate such as `100mbit`. */
export const bitsPerSecond = (rate: string): number => times(rate, RATES);

/** Microseconds of a duration such as `20ms`; 0 when there is none. */
export const microseconds = (duration: string | undefined): number =>
  duration === undefined ? 0 : times(duration, TIMES);

const percent = (share: string | undefined): number => (share === undefined ? 0 : Number.parseFloat(share));

/** Whether anything happens to packets that netem has to do. */
export const needsNetem = ({ delayUs, jitterUs, loss, duplicate, reorder, corrupt }: Egress): boolean =>
  [delayUs, jitterUs, loss, duplicate, reorder, corrupt].some((value) => value > 0);

/** Two Paths ask for the same. */
export const sameShape = (one: LinkShape, other: LinkShape): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Such as `rate 2mbit, delay 20ms`; empty when nothing happens to packets. */
export const egressText = (egress: Egress): string =>
  [
    ...(egress.rate === undefined ? [] : [`rate ${inUnits(egress.rate, RATES)}`]),
    ...(['delay', 'jitter'] as const).flatMap((name) => {
      const us = egress[`${name}Us`];
      return us === 0 ? [] : [`${name} ${inUnits(us, TIMES)}`];
    }),
    ...(['loss', 'duplicate', 'reorder', 'corrupt'] as const).flatMap((name) =>
      egress[name] === 0 ? [] : [`${name} ${String(egress[name])}%`],
    ),
  ].join(', ');

/** In the largest unit that leaves a whole number. */
function inUnits(value: number, units: Readonly<Record<string, number>>): string {
  const [unit, size] = Object.entries(units).findLast(([, each]) => value % each === 0) ?? ['', 1];
  return `${String(value / size)}${unit}`;
}

/** Such as `a → b: rate 2mbit; b → a: rate 1mbit; mtu 1400`. */
export function shapeText({ egress, mtu, control }: LinkShape): string {
  const [one = '', other = ''] = Object.keys(egress);
  const [there = '', back = ''] = Object.values(egress).map(egressText);
  const directions =
    there === back
      ? [there]
      : [`${one} → ${other}: ${there || 'none'}`, `${other} → ${one}: ${back || 'none'}`];
  const parts = [
    ...directions,
    ...(mtu === undefined ? [] : [`mtu ${String(mtu)}`]),
    ...(control === 'exempt' ? [] : ['control shaped']),
  ];
  return parts.filter((part) => part !== '').join('; ') || 'none';
}
