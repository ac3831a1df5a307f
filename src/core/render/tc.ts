import { type Egress, needsNetem } from '../plan/link-shape.ts';

/** Handles of the qdiscs that hinge makes on a link's interface: by them it knows its own. */
export const ROOT = '11e:';
const CLASS = '11e:1';
const LEAF = '11f:';

/** What netem does to packets, and how many of them it holds. */
export type NetemOptions = Omit<Egress, 'rate'> & { readonly limit: number };

/** What packets wait in. */
export type TcLeaf =
  /** `limit` in bytes. */
  { readonly kind: 'bfifo'; readonly limit: number } | ({ readonly kind: 'netem' } & NetemOptions);

/** A packet that a filter sends past all properties. */
export interface TcFilter {
  readonly protocol: 'arp' | 'ip';
  readonly preference: number;
  /** In u32's words. */
  readonly match: string;
  /** As `tc filter show` prints it, one after the other. */
  readonly shown: readonly string[];
}

/**
 * An interface's queueing disciplines: HTB with one class, in it the rate, below it netem, or a queue where nothing is for netem to do. What the
 * filters match goes straight to the interface (HTB's direct queue), so that the same tree does with and without a rate, and with and
 * without exempt traffic, and every change of a property is a change in place.
 */
export interface TcTree {
  /** Bits per second. */
  readonly rate: number;
  /** Bytes. */
  readonly burst: number;
  readonly leaf: TcLeaf;
  readonly filters: readonly TcFilter[];
}

/** Bits per second of a class that is not to limit anything. */
const UNLIMITED = 100e9;
/** A class may send this much at once, in s; no less than two packets. */
const BURST_S = 0.01;
const FULL_PACKET = 1514;
/** What a router of this rate would buffer, in s; no less than 16 full packets. */
const BUFFER_S = 0.1;
/** Mean size of packets, in bytes, for what is counted in packets: small, so that a delay alone never drops any. */
const PACKET = 500;
/** Without a rate a delay has to hold what a gigabit brings, and no more packets than memory has room for. */
const ASSUMED_RATE = 1e9;
const FEWEST = 1_000;
const MOST = 1_000_000;

/**
 * @param netem false: the kernel has none. @returns undefined: nothing is to be there.
 */
export function treeOf(egress: Egress, control: 'exempt' | 'shaped', netem: boolean): TcTree | undefined {
  const delays = netem && needsNetem(egress);
  if (egress.rate === undefined && !delays) return undefined;
  const rate = egress.rate ?? UNLIMITED;
  return {
    rate,
    burst: Math.max(2 * FULL_PACKET, Math.ceil((rate / 8) * BURST_S)),
    leaf: delays ? netemLeaf(egress) : { kind: 'bfifo', limit: bufferBytes(rate) },
    filters: control === 'exempt' ? [ARP, ...CONTROL] : [ARP],
  };
}

const bufferBytes = (rate: number): number => Math.max(16 * FULL_PACKET, Math.ceil((rate / 8) * BUFFER_S));

function netemLeaf({ rate, ...egress }: Egress): TcLeaf {
  return { kind: 'netem', limit: netemLimit(rate, egress.delayUs + egress.jitterUs), ...egress };
}

/** What is under way, and with a rate what waits for it. @param us microseconds that a packet stays. */
function netemLimit(rate: number | undefined, us: number): number {
  const under = (rate ?? ASSUMED_RATE) / 8 / 1e6;
  if (rate === undefined) return Math.min(MOST, Math.max(FEWEST, Math.ceil((under * us) / PACKET)));
  return Math.ceil((under * us + bufferBytes(rate)) / PACKET);
}

/** Neighbours ask for each other's MAC addresses, and forget who does not answer for seconds: no real link delays that. */
const ARP: TcFilter = { protocol: 'arp', preference: 1, match: 'u32 0 0', shown: ['00000000/00000000 at 0'] };

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** IPv4 without options: BGP and BFD send none. */
const port = (transport: 'tcp' | 'udp', side: 'sport' | 'dport', number: number): TcFilter => {
  const protocol = transport === 'tcp' ? 6 : 17;
  const [value, mask] = side === 'sport' ? [number * 65536, 'ffff0000'] : [number, '0000ffff'];
  return {
    protocol: 'ip',
    preference: 2,
    match: `ip protocol ${protocol.toString()} 0xff match ip ${side} ${number.toString()} 0xffff`,
    shown: [`${hex(protocol * 65536)}/00ff0000 at 8`, `${hex(value)}/${mask} at 20`],
  };
};

/** BGP (RFC 4271) from both ends; BFD's control and echo packets (RFC 5881) and those over several hops (RFC 5883). */
const CONTROL: readonly TcFilter[] = [
  port('tcp', 'dport', 179),
  port('tcp', 'sport', 179),
  port('udp', 'dport', 3784),
  port('udp', 'dport', 3785),
  port('udp', 'dport', 4784),
];

/** Lines for `tc -batch` that make a tree on an interface that has none. */
export const treeLines = (device: string, tree: TcTree): readonly string[] => [
  rootLine(device),
  classLine(device, tree),
  leafLine(device, tree.leaf),
  ...filterLines(device, tree),
];

const rootLine = (device: string): string =>
  `qdisc add dev ${device} root handle ${ROOT} htb default 1 direct_qlen 1000`;

/** Also changes the class in place. */
export function classLine(device: string, { rate, burst }: TcTree): string {
  const [bits, bytes] = [`${rate.toString()}bit`, `${burst.toString()}b`];
  return `class replace dev ${device} parent ${ROOT} classid ${CLASS} htb rate ${bits} ceil ${bits} burst ${bytes} cburst ${bytes} quantum ${FULL_PACKET.toString()}`;
}

/** Also changes a leaf of the same kind in place; options that are not named stay as they are then. */
export const leafLine = (device: string, leaf: TcLeaf): string =>
  `qdisc replace dev ${device} parent ${CLASS} handle ${LEAF} ${leafText(leaf)}`;

function leafText(leaf: TcLeaf): string {
  if (leaf.kind === 'bfifo') return `bfifo limit ${leaf.limit.toString()}`;
  const { limit, delayUs, jitterUs, loss, duplicate, reorder, corrupt } = leaf;
  const jitter = jitterUs > 0 ? ` ${jitterUs.toString()}us` : '';
  return [
    `netem limit ${limit.toString()}`,
    ...(delayUs > 0 ? [`delay ${delayUs.toString()}us${jitter}`] : []),
    ...Object.entries({ loss, duplicate, reorder, corrupt }).flatMap(([name, percent]) =>
      percent > 0 ? [`${name} ${percent.toString()}%`] : [],
    ),
  ].join(' ');
}

export const leafRemoval = (device: string): string => `qdisc del dev ${device} parent ${CLASS}`;

export const rootRemoval = (device: string): string => `qdisc del dev ${device} root`;

export const filterLines = (device: string, { filters }: TcTree): readonly string[] =>
  filters.map(
    ({ protocol, preference, match }) =>
      `filter add dev ${device} parent ${ROOT} protocol ${protocol} pref ${preference.toString()} u32 match ${match} flowid ${ROOT}`,
  );

export const filtersRemoval = (device: string): string => `filter del dev ${device} parent ${ROOT}`;

/** As `tc filter show` prints it: what two filters are compared by. */
export const filterText = ({ protocol, preference, shown }: TcFilter): string =>
  `${protocol} ${preference.toString()} ${ROOT} ${shown.join(' ')}`;
