import { describe, expect, it } from 'vitest';
import {
  formatAddress,
  isAddress,
  isPrefix,
  parseAddress,
  parsePrefix,
} from '../../../../src/core/plan/ipv4.ts';
import {
  gatewayOf,
  hostAddress,
  ipRangeOf,
  isHostAddress,
  staticRangeOf,
} from '../../../../src/core/plan/subnet.ts';

describe('addresses', () => {
  it.each(['0.0.0.0', '10.199.34.3', '128.0.0.1', '255.255.255.255'])('reads and writes %s', (text) => {
    expect(formatAddress(parseAddress(text))).toBe(text);
  });

  it('drops host bits of a prefix', () => {
    expect(parsePrefix('192.0.2.77/26')).toEqual({ base: parseAddress('192.0.2.64'), length: 26 });
    expect(parsePrefix('203.0.113.9/0')).toEqual({ base: 0, length: 0 });
  });

  it.each([
    ['10.0.0.0/24', true],
    ['10.0.0.1/24', false],
    ['10.0.0.0', false],
    ['ten/24', false],
    ['10.0.0.0/33', false],
  ])('%s is a prefix as hinge writes it: %s', (text, expected) => {
    expect(isPrefix(text)).toBe(expected);
  });

  it('tells an address from a prefix', () => {
    expect([isAddress('10.0.0.1'), isAddress('10.0.0.1/32'), isAddress('10.0.0')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a subnet', () => {
  it.each([
    ['10.199.35.0/24', '10.199.35.128/25', '10.199.35.254', '10.199.35.1 to 10.199.35.127'],
    ['10.200.0.32/27', '10.200.0.48/28', '10.200.0.62', '10.200.0.33 to 10.200.0.47'],
    ['172.20.0.16/28', '172.20.0.24/29', '172.20.0.30', '172.20.0.17 to 172.20.0.23'],
    ['10.254.0.0/16', '10.254.128.0/17', '10.254.255.254', '10.254.0.1 to 10.254.127.255'],
  ])('%s is half hinge’s and half Swarm’s', (subnet, ipRange, gateway, statics) => {
    expect([ipRangeOf(subnet), gatewayOf(subnet), staticRangeOf(subnet)]).toEqual([
      ipRange,
      gateway,
      statics,
    ]);
  });

  it('numbers its hosts from its base', () => {
    expect(hostAddress('10.199.35.0/24', 2)).toBe('10.199.35.2');
    expect(hostAddress('10.200.0.32/27', 3)).toBe('10.200.0.35');
  });

  it.each([
    ['10.199.34.0', false, 'the network itself'],
    ['10.199.34.1', true, 'the first static address'],
    ['10.199.34.2', false, 'the router'],
    ['10.199.34.3', true, 'the default host'],
    ['10.199.34.127', true, 'the last static address'],
    ['10.199.34.128', false, 'Swarm’s half'],
    ['10.199.34.254', false, 'the gateway'],
    ['10.199.34.255', false, 'broadcast'],
    ['10.199.35.3', false, 'another subnet'],
  ])('gives a host %s: %s (%s)', (address, expected) => {
    expect(isHostAddress('10.199.34.0/24', address)).toBe(expected);
  });
});
