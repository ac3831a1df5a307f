import { describe, expect, it } from 'vitest';
import { tcpdumpCommand } from '../../../../src/adapters/router/tcpdump.ts';
import { parseHop } from '../../../../src/adapters/router/traceroute.ts';

describe('a line of traceroute', () => {
  it.each([
    [' 1  10.0.0.1  0.123 ms', { ttl: 1, address: '10.0.0.1', rttMs: 0.123, unreachable: false }],
    [' 2  *', { ttl: 2, address: undefined, rttMs: undefined, unreachable: false }],
    ['12  10.0.0.1  3.5 ms !N', { ttl: 12, address: '10.0.0.1', rttMs: 3.5, unreachable: true }],
    ['traceroute to 10.0.0.9 (10.0.0.9), 9 hops max, 60 byte packets', undefined],
    ['', undefined],
  ])('%j is read', (line, hop) => {
    expect(parseHop(line)).toEqual(hop);
  });
});

describe('the command of a capture', () => {
  const base = { address: '10.0.0.2', pcap: false, count: undefined, filter: [] };

  it('writes text, a packet a line and at once', () => {
    expect(tcpdumpCommand('eth1', base).join(' ')).toBe('tcpdump -i eth1 -n --immediate-mode -l --');
  });

  it('writes pcap, a packet at a time, and takes what the user wrote for a filter only', () => {
    const capture = { ...base, pcap: true, count: 3, filter: ['-z', 'reboot'] };
    expect(tcpdumpCommand('eth1', capture).join(' ')).toBe(
      'tcpdump -i eth1 -n --immediate-mode -U -w - -c 3 -- -z reboot',
    );
  });
});
