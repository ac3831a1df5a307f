import { jsonFields } from '../json.ts';
import { isAddress, isPrefix } from './ipv4.ts';
import { isLocator } from './locator.ts';

/** What is claimed: one namespace of values each. Loopbacks, subnets and connections' own addresses may not overlap either. */
export const POOLS = ['asn', 'router-id', 'loopback', 'subnet', 'locator', 'address', 'vni', 'port'] as const;
export type Pool = (typeof POOLS)[number];

/** A claim that is to be written. */
export interface NewClaim {
  readonly pool: Pool;
  /** AS number, IPv4 address, CIDR of either version, VNI, or, of a host on a LAN, the VNI and a number, `1000000-1`. */
  readonly value: string;
  /** Key of what holds it: `router/vyos-35`, `link/vyos-35--vyos-36`, `access/fig3/a`. */
  readonly owner: string;
  /** On a link's subnet: the router that has host 2, and keeps it. */
  readonly first?: string;
}

/**
 * A claim as it is in the store. Every value in effect is one, whether a user wrote it or hinge picked it: whoever holds
 * it wins for as long as it is wanted. That makes "the first one wins" and "stays the same for the object's life" one rule.
 */
export interface Allocation extends NewClaim {
  /** etcd's revision of the write that created the key: tells a network from an earlier one on the same subnet. */
  readonly createRevision: bigint;
}

/** Where a claim is kept, below `allocations/`. */
export const allocationKey = (claim: NewClaim): string => `${claim.pool}/${claim.value.replace('/', '-')}`;

/** The value of a claim's key. */
export const encodeAllocation = (claim: NewClaim): string =>
  JSON.stringify({
    value: claim.value,
    owner: claim.owner,
    ...(claim.first === undefined ? {} : { first: claim.first }),
  });

/**
 * Reads a claim back.
 * @param key below `allocations/`.
 * @returns undefined when it is not a claim that hinge has written.
 */
export function decodeAllocation(key: string, text: string, createRevision: bigint): Allocation | undefined {
  const pool = POOLS.find((candidate) => key.startsWith(`${candidate}/`));
  const stored = jsonFields(text);
  if (pool === undefined || stored === undefined) return undefined;
  const { value, owner, first } = stored;
  if (typeof value !== 'string' || typeof owner !== 'string') return undefined;
  const claim = { pool, value, owner, ...(typeof first === 'string' ? { first } : {}) };
  return FORMS[pool](value) && allocationKey(claim) === key ? { ...claim, createRevision } : undefined;
}

/** What the values of a pool look like. */
const FORMS: Readonly<Record<Pool, (value: string) => boolean>> = {
  asn: (value) => /^[1-9][0-9]*$/.test(value),
  'router-id': isAddress,
  loopback: isPrefix,
  subnet: isPrefix,
  locator: isLocator,
  address: isPrefix,
  vni: (value) => /^[1-9][0-9]*$/.test(value),
  port: (value) => /^[1-9][0-9]*-[1-9][0-9]*$/.test(value),
};
