import { contains, formatAddress, formatPrefix, parseAddress, parsePrefix, sizeOf } from './ipv4.ts';

/** Widest and narrowest subnet, as prefix lengths: below /28 the upper half has no room for a gateway and three nodes. */
export const WIDEST = 16;
export const NARROWEST = 28;

/** Host numbers on a link: of the router that comes first in the Path that created it, and of the other. */
export const FIRST_ROUTER = 2;
export const SECOND_ROUTER = 3;
/** Host numbers on an access network. */
export const EDGE_ROUTER = 2;
export const EXPERIMENT_HOST = 3;

/** Address number `host` of a subnet. */
export const hostAddress = (subnet: string, host: number): string =>
  formatAddress(parsePrefix(subnet).base + host);

/** The upper half of a subnet: Swarm's own. The lower half is for static addresses. */
export function ipRangeOf(subnet: string): string {
  const { base, length } = parsePrefix(subnet);
  return formatPrefix({ base: base + 2 ** (31 - length), length: length + 1 });
}

/** The last usable address: in Swarm's half, so that it never meets a static one. */
export function gatewayOf(subnet: string): string {
  const prefix = parsePrefix(subnet);
  return formatAddress(prefix.base + sizeOf(prefix) - 2);
}

/** The static addresses that a host may have on an access subnet: lower half without the network's and the router's. */
export function isHostAddress(subnet: string, address: string): boolean {
  const { base, length } = parsePrefix(subnet);
  const number = parseAddress(address);
  const lower = { base, length: length + 1 };
  return contains(lower, number) && number !== base && number !== base + EDGE_ROUTER;
}

/** First and last static address of a subnet, as messages name them. */
export function staticRangeOf(subnet: string): string {
  const { base, length } = parsePrefix(subnet);
  return `${formatAddress(base + 1)} to ${formatAddress(base + 2 ** (31 - length) - 1)}`;
}
