import { describe, expect, it } from 'vitest';
import type { HostSetup, RouterSetup } from '../../../../src/core/plan/desired.ts';
import { intake } from '../../../../src/core/plan/intake.ts';
import { DEFAULT_SETTINGS } from '../../../../src/core/plan/settings.ts';
import { Bench, experiment, path, reasons, router } from './bench.ts';
import { settleBgp } from './path-vector.ts';

interface Joined {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly path: string;
  readonly subnet?: string;
}

/** left and right are joined by way of upper and of lower; a host on each of left, right and lower. */
const put = (bench: Bench, connections: readonly Joined[], links = {}): Bench =>
  bench.put(
    ...['left', 'upper', 'lower', 'right'].map((name) => router(name)),
    path('up', ['left', 'upper', 'right'], links),
    path('down', ['left', 'lower', 'right']),
    path('left-lower', ['left', 'lower']),
    path('lower-right', ['lower', 'right']),
    experiment('x', {
      hosts: [
        { name: 'a', router: 'left' },
        { name: 'b', router: 'right' },
        { name: 'c', router: 'lower' },
      ],
      connections: connections.map((connection) => ({ layer: 2, ...connection })),
    }),
  );
const UP = { name: 'up', from: 'a', to: 'b', path: 'up', subnet: '172.20.1.0/24' };
const DOWN = { name: 'down', from: 'a', to: 'b', path: 'down', subnet: '172.20.2.0/24' };
const THREE = [
  { name: 'ac', from: 'a', to: 'c', path: 'left-lower', subnet: '172.20.3.0/24' },
  { name: 'bc', from: 'b', to: 'c', path: 'lower-right', subnet: '172.20.3.0/24' },
];

describe('connections of layer 2', () => {
  const host = (bench: Bench, name: string): HostSetup => {
    const setup = bench.settle().desired.workloads.find(({ key }) => key === `host/x/${name}`)?.setup;
    if (setup?.type !== 'host') throw new Error(`no host ${name}`);
    return setup;
  };
  const edge = (bench: Bench, name: string): RouterSetup => {
    const setup = bench.settle().desired.workloads.find(({ key }) => key === `router/${name}`)?.setup;
    if (setup?.type !== 'router') throw new Error(`no router ${name}`);
    return setup;
  };

  it('give hosts places on the VNI that their LAN has, whatever is left of an earlier one', () => {
    const bench = put(new Bench(), [UP]);
    const decided = intake(bench.input());
    const left = decided.changes.take.filter(({ owner }) => owner === 'port/x/172.20.1.0-24/a');
    expect(left).toHaveLength(1);
    bench.commit({ ...decided, changes: { ...decided.changes, take: left, release: [] } });
    bench.settings = { ...DEFAULT_SETTINGS, vnis: { first: 5000, last: 6000 } };
    const ports = ['a', 'b'].flatMap((name) => host(bench, name).ports ?? []);
    expect(new Set(ports.map(({ vni }) => vni))).toEqual(new Set([5000]));
    expect(new Set(ports.map(({ address }) => address)).size).toBe(2);
  });

  it('have tunnels between ends of their own, which take their own Path both ways', () => {
    const bench = put(new Bench(), [UP, DOWN]);
    const { desired } = bench.settle();
    const order = ['left', 'upper', 'lower', 'right'];
    for (const { name, tunnel, asPath, forward } of desired.experiments[0]?.connections ?? []) {
      const via = name === 'up' ? 'upper' : 'lower';
      expect(forward.map((hop) => hop.router)).toEqual([via]);
      for (const [at, origin, to = ''] of [
        ['left', 'right', tunnel?.to],
        ['right', 'left', tunnel?.from],
      ] as const)
        expect(settleBgp(desired, { subnet: `${to}/32`, origin }, order).get(at)?.next, name).toBe(via);
      expect(asPath).toEqual([via, 'right'].map((router) => edge(bench, router).asn));
    }
  });

  it('give a host an interface for each, with an address, a MAC and the MTU that the tunnels leave', () => {
    const bench = put(new Bench(), [UP, DOWN], { links: { mtu: 1300 } });
    const { ports = [], address, gateway } = host(bench, 'b');
    expect(ports).toEqual([
      {
        ...{ device: 'l2-up', vni: 1000000, number: 2, local: address, remote: gateway },
        ...{ mac: '02:0f:42:40:00:02', address: '172.20.1.2/24', mtu: 1250 },
      },
      {
        ...{ device: 'l2-down', vni: 1000001, number: 2, local: address, remote: gateway },
        ...{ mac: '02:0f:42:41:00:02', address: '172.20.2.2/24', mtu: 1400 },
      },
    ]);
    const { bridges } = edge(bench, 'right');
    expect(bridges?.map(({ vni, mtu, ports: joined }) => [vni, mtu, joined])).toEqual([
      [1000000, 1250, [{ number: 2, local: gateway, remote: address }]],
      [1000001, 1400, [{ number: 2, local: gateway, remote: address }]],
    ]);
  });

  it('are one LAN when they have one subnet', () => {
    const bench = put(new Bench(), THREE);
    const all = ['a', 'b', 'c'].map((name) => host(bench, name).ports ?? []);
    expect(all.map((ports) => ports.map(({ vni, address }) => [vni, address]))).toEqual([
      [[1000000, '172.20.3.1/24']],
      [[1000000, '172.20.3.2/24']],
      [[1000000, '172.20.3.3/24']],
    ]);
    expect(all[1]?.[0]?.device).toBe('l2-bc');
  });

  it('have EVPN where they pass, and nowhere else', () => {
    const bench = put(new Bench(), [UP]);
    const carrying = (name: string): readonly string[] =>
      edge(bench, name).sessions.flatMap(({ peer, evpn }) => (evpn === true ? [peer] : []));
    expect(carrying('left')).toEqual(['upper']);
    expect([...carrying('upper')].sort()).toEqual(['left', 'right']);
    expect(carrying('lower')).toEqual([]);
    expect(edge(bench, 'upper').bridges).toBeUndefined();
    expect(edge(bench, 'lower').configuration.text).not.toContain('evpn');
    expect(edge(bench, 'left').configuration.text).toContain('advertise-all-vni');
  });

  it('keep what they have while others come and go, and leave nothing', () => {
    const bench = put(new Bench(), [UP, DOWN, ...THREE]);
    const before = host(bench, 'b').ports;
    put(bench, [...THREE, DOWN]);
    expect(host(bench, 'b').ports).toEqual(before?.filter(({ device }) => device !== 'l2-up'));
    put(bench, [UP, ...THREE, DOWN]);
    expect(new Set(host(bench, 'b').ports?.map(({ vni }) => vni)).size).toBe(3);
    put(bench, []);
    bench.settle();
    expect([...bench.allocations.keys()].filter((key) => /^(vni|port)/.test(key))).toEqual([]);
    expect(host(bench, 'b').ports).toBeUndefined();
    expect(edge(bench, 'left').bridges).toBeUndefined();
  });

  it('have a subnet of the access pool when they write none', () => {
    const bench = put(new Bench(), [{ name: 'up', from: 'a', to: 'b', path: 'up' }]);
    expect(host(bench, 'a').ports?.[0]?.address).toMatch(/^10\.20[4-7]\..*\.1\/24$/);
  });

  it.each([
    [
      'that part although they share the tunnel ends',
      [UP, { ...DOWN, subnet: UP.subnet }],
      'PathsPart spec.connections[1].path',
    ],
    [
      'that do not hang together',
      [THREE[0], { name: 'up2', from: 'b', to: 'b2', path: 'up', subnet: '172.20.3.0/24' }],
      'NotJoined spec.connections[0].subnet',
    ],
    ['with host bits', [{ ...UP, subnet: '172.20.1.1/24' }], 'HostBits spec.connections[0].subnet'],
    ['too small', [{ ...UP, subnet: '172.20.1.0/31' }], 'SubnetTooSmall spec.connections[0].subnet'],
    ['too large', [{ ...UP, subnet: '172.0.0.0/7' }], 'SubnetTooLarge spec.connections[0].subnet'],
    [
      'too small for three',
      THREE.map((one) => ({ ...one, subnet: '172.20.3.0/30' })),
      'SubnetTooSmall spec.connections[0].subnet',
    ],
    ['of management', [{ ...UP, subnet: '10.254.7.0/24' }], 'Conflict spec.connections[0].subnet'],
    ['of layer 3', [{ ...UP, layer: 3 }], 'Invalid spec.connections[0].subnet'],
  ])('are refused with a subnet %s', (_what, connections, expected) => {
    const bench = put(new Bench(), connections as readonly Joined[]);
    expect(reasons(bench.settle(), 'Experiment/x')).toContain(expected);
  });

  it('are refused when there is no VNI left, and name the setting', () => {
    const bench = put(new Bench({ ...DEFAULT_SETTINGS, vnis: { first: 5, last: 5 } }), [UP, DOWN]);
    const [problem] = bench.settle().problems.get('Experiment/x') ?? [];
    expect(problem?.message).toContain('HINGE_POOL_VNIS');
  });
});
