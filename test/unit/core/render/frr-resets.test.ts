import { describe, expect, it } from 'vitest';
import { extraConfigResets } from '../../../../src/core/render/frr-resets.ts';
import { renderFrr } from '../../../../src/core/render/frr.ts';

const render = (...lines: readonly string[]): string =>
  renderFrr({
    hostname: 'r1',
    asn: 1,
    routerId: '10.255.0.1',
    loopback: undefined,
    sessions: [],
    connected: [],
    advertise: [],
    preferred: [],
    extraConfig: lines.join('\n'),
  }).text;

const bgp = (...lines: readonly string[]): readonly string[] => ['router bgp 1', ...lines, 'exit'];

const resets = (before: readonly string[], after: readonly string[]): readonly string[] =>
  extraConfigResets(render(...bgp(...before)), render(...bgp(...after))).map(
    ({ line, change, neighbor, certain }) =>
      `${change} ${line}: ${neighbor ?? 'all'}${certain ? '' : ' perhaps'}`,
  );

describe('what a change of extraConfig resets', () => {
  it.each([
    'neighbor 10.1.0.2 description x',
    'neighbor 10.1.0.2 timers 1 3',
    'neighbor 10.1.0.2 timers connect 5',
    'neighbor 10.1.0.2 advertisement-interval 1',
    'neighbor 10.1.0.2 route-map m in',
    'neighbor 10.1.0.2 allowas-in',
    'coalesce-time 0',
    'network 192.0.2.0/24',
    'bgp bestpath as-path multipath-relax',
  ])('is nothing for %s', (line) => {
    expect(resets([], [line])).toEqual([]);
    expect(resets([line], [])).toEqual([]);
  });

  it('is the neighbour for what was measured', () => {
    expect(resets([], ['neighbor 10.1.0.2 password a'])).toEqual([
      'added neighbor 10.1.0.2 password a: 10.1.0.2',
    ]);
    expect(resets(['neighbor 10.1.0.2 shutdown'], [])).toEqual([
      'removed neighbor 10.1.0.2 shutdown: 10.1.0.2',
    ]);
  });

  it('is the neighbour when BFD goes, not when it comes', () => {
    expect(resets([], ['neighbor 10.1.0.2 bfd'])).toEqual([]);
    expect(resets(['neighbor 10.1.0.2 bfd'], [])).toEqual(['removed neighbor 10.1.0.2 bfd: 10.1.0.2']);
    expect(resets([], ['no neighbor 10.1.0.2 bfd'])).toEqual(['added no neighbor 10.1.0.2 bfd: 10.1.0.2']);
  });

  it('is the neighbour for a further address family, though the line is there in another', () => {
    const family = (name: string): string[] => [
      `address-family ${name}`,
      ' neighbor 10.1.0.2 activate',
      'exit-address-family',
    ];
    expect(resets(family('ipv4 unicast'), [...family('ipv4 unicast'), ...family('l2vpn evpn')])).toEqual([
      'added neighbor 10.1.0.2 activate: 10.1.0.2',
    ]);
  });

  it('is everything for the router ID, and perhaps for what nobody measured', () => {
    expect(resets(['bgp router-id 1.1.1.1'], [])).toEqual(['removed bgp router-id 1.1.1.1: all']);
    expect(resets([], ['neighbor fabric ebgp-multihop 2'])).toEqual([
      'added neighbor fabric ebgp-multihop 2: all perhaps',
    ]);
    expect(resets([], ['neighbor 10.1.0.2 ebgp-multihop 2'])).toEqual([
      'added neighbor 10.1.0.2 ebgp-multihop 2: 10.1.0.2 perhaps',
    ]);
  });

  it('is nothing for lines outside of BGP, and for those that hinge renders itself', () => {
    const map = ['route-map m permit 10', ' set metric 5', 'exit'];
    expect(extraConfigResets(render(), render(...map))).toEqual([]);
    expect(extraConfigResets(render(), render())).toEqual([]);
  });
});
