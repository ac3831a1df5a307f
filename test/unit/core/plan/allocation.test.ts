import { describe, expect, it } from 'vitest';
import {
  allocationKey,
  decodeAllocation,
  encodeAllocation,
  type NewClaim,
} from '../../../../src/core/plan/allocation.ts';

const LINK: NewClaim = {
  pool: 'subnet',
  value: '10.199.35.0/24',
  owner: 'link/vyos-35--vyos-36',
  first: 'vyos-35',
};

describe('a claim', () => {
  it.each<[string, NewClaim]>([
    ['subnet/10.199.35.0-24', LINK],
    ['asn/57', { pool: 'asn', value: '57', owner: 'router/vyos-57' }],
    ['router-id/0.0.0.57', { pool: 'router-id', value: '0.0.0.57', owner: 'router/vyos-57' }],
    ['vni/1000000', { pool: 'vni', value: '1000000', owner: 'lan/fig3/ab' }],
    ['port/1000000-1', { pool: 'port', value: '1000000-1', owner: 'port/fig3/ab/a' }],
    ['loopback/10.255.0.57-32', { pool: 'loopback', value: '10.255.0.57/32', owner: 'router/vyos-57' }],
  ])('is kept at %s and read back', (key, claim) => {
    expect(allocationKey(claim)).toBe(key);
    expect(decodeAllocation(key, encodeAllocation(claim), 7n)).toEqual({ ...claim, createRevision: 7n });
  });

  it.each([
    ['a key of no pool', 'vlan/7', '{"value":"7","owner":"x"}'],
    ['a host number without a VNI', 'port/7', '{"value":"7","owner":"port/x/y/a"}'],
    ['another value than the key says', 'asn/57', '{"value":"58","owner":"router/a"}'],
    ['no owner', 'asn/57', '{"value":"57"}'],
    ['no JSON', 'asn/57', '57,'],
    ['no object', 'asn/57', 'null'],
    ['a value that is none of the pool', 'asn/fifty', '{"value":"fifty","owner":"router/a"}'],
    ['a subnet with host bits', 'subnet/10.0.0.1-24', '{"value":"10.0.0.1/24","owner":"link/a--b"}'],
    ['an address as a subnet', 'subnet/10.0.0.0', '{"value":"10.0.0.0","owner":"link/a--b"}'],
  ])('is not read from %s', (_what, key, text) => {
    expect(decodeAllocation(key, text, 1n)).toBeUndefined();
  });
});
