import type { SegmentSetup } from '../plan/desired-segments.ts';
import { nftText } from '../render/nft.ts';
import { type KernelEntry, removalOf, sourceOf, wantedEntries } from '../render/segments.ts';

/** What a router's kernel knows of SRv6, as far as it is hinge's. */
export interface ObservedSegments {
  readonly entries: readonly KernelEntry[];
  /** Addresses of lo, without mask; the tunnels' source is the last that was set. */
  readonly addresses: readonly string[];
  readonly source: string;
  /** Interfaces that take IPv6 packets with segments. */
  readonly open: readonly string[];
  /** hinge's table as nft prints it; empty: there is none. */
  readonly filter: string;
}

/** What makes a kernel as it is wanted. */
export interface SegmentChange {
  /** Interfaces that are to take IPv6 packets with segments. */
  readonly open: readonly string[];
  /** Lines for `ip -batch`: what is not there any more by then is fine. */
  readonly remove: readonly string[];
  /** Lines for `ip -batch`. */
  readonly put: readonly string[];
  /** Source of packets with segments; undefined: as it is. */
  readonly source?: string;
  /** For `nft -f`; undefined: as it is. */
  readonly filter?: string;
}

/** No SRv6. */
const NONE: SegmentSetup = { locator: undefined, neighbors: [], sids: [], flows: [], hosts: [] };

/** Where no packet with segments has a source of its own. */
const ANY = '::';

/**
 * @param setup undefined: nothing is wanted.
 * @param known the table that hinge put there, as nft printed it then; undefined: nobody knows, so it is put there again.
 */
export function diffSegments(
  setup: SegmentSetup | undefined,
  seen: ObservedSegments,
  deviceOf: (address: string) => string | undefined,
  known: string | undefined,
): SegmentChange {
  const { locator, flows, sids, neighbors, hosts } = setup ?? NONE;
  const wanted = wantedEntries(setup ?? NONE, deviceOf);
  const texts = new Map(seen.entries.map(({ key, text }) => [key, text]));
  const keys = new Set(wanted.map(({ key }) => key));
  const stale = [...texts.keys()].filter((key) => !keys.has(key));
  const interfaces = new Set([...sids, ...neighbors].flatMap((each) => deviceOf(each.interface) ?? []));
  // It also tells whoever looks at the router next that something of hinge's is there.
  const own =
    sids.length + flows.length + hosts.length > 0 && locator !== undefined ? sourceOf(locator) : undefined;
  const unwanted = seen.addresses.filter((address) => address === seen.source && address !== own);
  const here = own === undefined || seen.addresses.includes(own);
  return {
    open: [...interfaces].filter((device) => !seen.open.includes(device)).sort(),
    remove: [
      ...stale.map(removalOf).sort((one, other) => order(one) - order(other)),
      ...unwanted.map((address) => `address del ${address}/128 dev lo`),
    ],
    put: [
      ...(here ? [] : [`address add ${own}/128 dev lo`]),
      ...wanted.filter(({ key, text }) => texts.get(key) !== text).map(({ line }) => line),
    ],
    ...(seen.source !== (own ?? ANY) && { source: own ?? ANY }),
    ...filterChange(flows, seen.filter, known),
  };
}

/** Nothing points to what goes first. */
const order = (line: string): number => ['rule', 'route', 'neigh'].findIndex((kind) => line.startsWith(kind));

function filterChange(
  flows: SegmentSetup['flows'],
  seen: string,
  known: string | undefined,
): Pick<SegmentChange, 'filter'> {
  if (flows.length === 0) return seen === '' ? {} : { filter: nftText([]) };
  return seen !== '' && seen === known ? {} : { filter: nftText(flows) };
}

export const changesNoSegments = ({ open, remove, put, source, filter }: SegmentChange): boolean =>
  open.length + remove.length + put.length === 0 && source === undefined && filter === undefined;
