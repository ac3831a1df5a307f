import { addressOf, parseAddress } from '../plan/ipv4.ts';
import type { SegmentSetup } from '../plan/desired-segments.ts';

/** The routing protocol of all routes and rules that hinge makes: by it hinge knows its own. */
export const PROTOCOL = '222';
/** Before the main table, after the local one. */
const PREFERENCE = 1000;

/** Something in a kernel's tables. */
export interface KernelEntry {
  /** What it is about: there is one at most. */
  readonly key: string;
  /** What it says, the same for what is wanted and what is seen. */
  readonly text: string;
}

/** As it is wanted. `line`: for `ip -batch`; puts it in the place of what there is. */
export interface WantedEntry extends KernelEntry {
  readonly line: string;
}

/** Link-local next hops that hinge makes up: no interface needs them, since a permanent entry says whose MAC address is behind them. */
const NEXT_HOP = 'fe80::5f00:';
export const isNextHop = (address: string): boolean => address.startsWith(NEXT_HOP);

const nextHopOf = (peer: string): string => {
  const number = parseAddress(peer);
  return `${NEXT_HOP}${Math.floor(number / 65536).toString(16)}:${(number % 65536).toString(16)}`;
};

/** What an engine gives an interface with a static address. */
const macOf = (peer: string): string =>
  ['02', '42', ...peer.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))].join(':');

/** Texts of entries, by what they consist of. */
export const entryTexts = {
  neighbor: (address: string, device: string, mac: string): KernelEntry => ({
    key: `neighbor ${address} ${device}`,
    text: mac,
  }),
  hop: (destination: string, via: string, device: string): KernelEntry => ({
    key: `route ${destination}`,
    text: `via ${via} dev ${device}`,
  }),
  sid: (sid: string, action: string, device: string): KernelEntry => ({
    key: `route ${sid}`,
    text: `${action} dev ${device}`,
  }),
  segments: (table: string, segments: readonly string[], device: string): KernelEntry => ({
    key: `table ${table}`,
    text: `segments ${segments.join(' ')} dev ${device}`,
  }),
  rule: (mark: string, table: string): KernelEntry => ({ key: `rule ${mark}`, text: `table ${table}` }),
};

/** The address that a router's packets with segments come from. */
export const sourceOf = (locator: string): string => addressOf(locator);

/**
 * What a kernel is to have, in the order in which it takes it; what needs an interface that is not there is left out.
 * @param deviceOf name of the interface that has an IPv4 address.
 */
export function wantedEntries(
  { neighbors, sids, flows, hosts }: SegmentSetup,
  deviceOf: (address: string) => string | undefined,
): readonly WantedEntry[] {
  const on = <T extends { readonly interface: string }>(
    items: readonly T[],
    entries: (item: T, device: string) => readonly WantedEntry[],
  ): readonly WantedEntry[] =>
    items.flatMap((item) => {
      const device = deviceOf(item.interface);
      return device === undefined ? [] : entries(item, device);
    });
  return [
    ...on(neighbors, ({ locator, peer }, device) => {
      const [hop, mac] = [nextHopOf(peer), macOf(peer)];
      return [
        {
          ...entryTexts.neighbor(hop, device, mac),
          line: `neigh replace ${hop} lladdr ${mac} dev ${device} nud permanent`,
        },
        {
          ...entryTexts.hop(locator, hop, device),
          line: `route replace ${locator} via ${hop} dev ${device} protocol ${PROTOCOL}`,
        },
      ];
    }),
    ...on(sids, ({ sid, action }, device) => [
      {
        ...entryTexts.sid(sid, action, device),
        line: `route replace ${sid}/128 encap seg6local action ${action}${action === 'End' ? '' : ' nh4 0.0.0.0'} count dev ${device} protocol ${PROTOCOL}`,
      },
    ]),
    ...on(hosts, ({ address, via }, device) => [
      {
        ...entryTexts.hop(address, via, device),
        line: `route replace ${address}/32 via ${via} dev ${device} protocol ${PROTOCOL}`,
      },
    ]),
    ...on(flows, ({ number, segments }, device) => {
      const table = String(number);
      return [
        {
          ...entryTexts.segments(table, segments, device),
          line: `route replace default table ${table} encap seg6 mode encap segs ${segments.join(',')} dev ${device} protocol ${PROTOCOL}`,
        },
        {
          ...entryTexts.rule(table, table),
          line: `rule add preference ${String(PREFERENCE)} fwmark ${table} lookup ${table} protocol ${PROTOCOL}`,
        },
      ];
    }),
  ];
}

/** Takes away what has a key. */
export function removalOf(key: string): string {
  const [kind, what = '', device = ''] = key.split(' ');
  switch (kind) {
    case 'neighbor':
      return `neigh del ${what} dev ${device}`;
    case 'rule':
      return `rule del preference ${String(PREFERENCE)} fwmark ${what} protocol ${PROTOCOL}`;
    case 'table':
      return `route del default table ${what} protocol ${PROTOCOL}`;
    default:
      return `route del ${what} protocol ${PROTOCOL}`;
  }
}
