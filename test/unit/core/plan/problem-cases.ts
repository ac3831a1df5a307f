import type { TestbedObject } from '../../../../src/api/object.ts';
import { experiment, path, router } from './bench.ts';

/** Three routers in a row, a Path along them, and hosts at its ends. */
export const row = (): readonly TestbedObject[] => [
  router('r1', { asn: 1 }),
  router('r2', { asn: 2 }),
  router('r3', { asn: 3 }),
  path('row', ['r1', 'r2', 'r3']),
  experiment('base', {
    hosts: [
      { name: 'a', router: 'r1', subnet: '10.1.0.0/24' },
      { name: 'b', router: 'r3', subnet: '10.2.0.0/24' },
    ],
    connections: [{ name: 'ab', from: 'a', to: 'b', path: 'row' }],
  }),
];

export interface Case {
  readonly what: string;
  readonly object: TestbedObject;
  readonly expected: readonly string[];
}

export const hops = (...entries: readonly Record<string, unknown>[]): Record<string, unknown> => ({
  hops: entries,
});
const hostOn = (fields: Record<string, unknown>): TestbedObject =>
  experiment('x', { hosts: [{ name: 'h', router: 'r1', ...fields }] });
export const joined = (...connections: readonly Record<string, unknown>[]): TestbedObject =>
  experiment('x', {
    hosts: [
      { name: 'h', router: 'r1' },
      { name: 'i', router: 'r3' },
      { name: 'm', router: 'r2' },
    ],
    connections: connections.map((connection, index) => ({
      name: `c${String(index)}`,
      from: 'h',
      to: 'i',
      path: 'row',
      ...connection,
    })),
  });

export const ROUTERS: readonly Case[] = [
  { what: 'an AS number of another', object: router('x', { asn: 2 }), expected: ['Conflict spec.asn'] },
  {
    what: 'an AS number that was allocated to another',
    object: router('x', { asn: 4200000000 }),
    expected: ['Conflict spec.asn'],
  },
  {
    what: 'the loopback of another, which is its router id too',
    object: router('x', { loopback: '10.255.0.1/32' }),
    expected: ['Conflict spec.loopback', 'Conflict spec.loopback'],
  },
  {
    what: 'the router id of another',
    object: router('x', { routerId: '10.255.0.2' }),
    expected: ['Conflict spec.routerId'],
  },
  {
    what: 'a loopback inside a subnet that is in use',
    object: router('x', { loopback: '10.1.0.77/32' }),
    expected: ['Conflict spec.loopback'],
  },
  {
    what: 'a loopback inside the management subnet',
    object: router('x', { loopback: '10.254.3.3/32' }),
    expected: ['Conflict spec.loopback'],
  },
  {
    what: 'a loopback that is set aside',
    object: router('x', { loopback: '127.0.0.1/32' }),
    expected: ['SubnetReserved spec.loopback'],
  },
  {
    what: 'host bits in what it advertises',
    object: router('x', { advertise: ['192.0.2.0/24', '192.0.2.1/24'] }),
    expected: ['HostBits spec.advertise[1]'],
  },
  {
    what: 'a platform that Swarm cannot run',
    object: router('x', { platform: 'vyos', runtime: 'task' }),
    expected: ['Unsupported spec.runtime'],
  },
  {
    what: 'host bits, repetitions and itself in its policy',
    object: router('x', {
      bgp: {
        aggregates: [{ prefix: '10.0.0.1/8' }, { prefix: '10.0.0.0/8' }],
        import: [{ match: { prefixes: ['10.1.0.0/16 le 24', '10.1.0.1/16 le 24'] } }],
        neighbors: [
          { router: 'x' },
          { router: 'r1', export: [{ match: { prefixes: ['10.1.2.3/24'] } }] },
          { router: 'r1' },
        ],
      },
    }),
    expected: [
      'HostBits spec.bgp.aggregates[0].prefix',
      'DuplicateName spec.bgp.aggregates[1].prefix',
      'HostBits spec.bgp.import[0].match.prefixes[1]',
      'Invalid spec.bgp.neighbors[0].router',
      'HostBits spec.bgp.neighbors[1].export[0].match.prefixes[0]',
      'DuplicateName spec.bgp.neighbors[2].router',
    ],
  },
  {
    what: 'limits below what Swarm takes',
    object: router('x', { resources: { cpus: 0.0001, memory: '1Mi' } }),
    expected: ['Invalid spec.resources.memory', 'Invalid spec.resources.cpus'],
  },
];

export const PATHS: readonly Case[] = [
  {
    what: 'Routers that are not there',
    object: path('x', ['r1', 'nobody', 'r3', 'none']),
    expected: ['RouterNotFound spec.via[1]', 'RouterNotFound spec.via[3]'],
  },
  {
    what: 'a Router twice',
    object: path('x', ['r1', 'r2', 'r1']),
    expected: ['RepeatedRouter spec.via[2]'],
  },
  {
    what: 'a hop that it does not have, and one twice',
    object: path(
      'x',
      ['r1', 'r2', 'r3'],
      hops({ between: ['r1', 'r3'] }, { between: ['r2', 'r1'] }, { between: ['r1', 'r2'] }),
    ),
    expected: ['NotAHop spec.hops[0].between', 'RepeatedHop spec.hops[2].between'],
  },
  {
    what: 'subnets of the wrong size or form',
    object: path(
      'x',
      ['r3', 'r1', 'r4', 'r5'],
      hops(
        { between: ['r3', 'r1'], subnet: '10.7.0.0/15' },
        { between: ['r1', 'r4'], subnet: '10.9.0.0/29' },
        { between: ['r4', 'r5'], subnet: '10.10.0.1/24' },
      ),
    ),
    expected: [
      'HostBits spec.hops[0].subnet',
      'SubnetTooLarge spec.hops[0].subnet',
      'SubnetTooSmall spec.hops[1].subnet',
      'HostBits spec.hops[2].subnet',
    ],
  },
  {
    what: 'a subnet that is set aside',
    object: path('x', ['r1', 'r3'], hops({ between: ['r1', 'r3'], subnet: '224.0.0.0/24' })),
    expected: ['SubnetReserved spec.hops[0].subnet'],
  },
  {
    what: 'a subnet that overlaps that of an access network',
    object: path('x', ['r1', 'r3'], hops({ between: ['r1', 'r3'], subnet: '10.1.0.128/25' })),
    expected: ['Conflict spec.hops[0].subnet'],
  },
  {
    what: 'a subnet that overlaps a loopback',
    object: path('x', ['r1', 'r3'], hops({ between: ['r1', 'r3'], subnet: '10.255.0.0/24' })),
    expected: ['Conflict spec.hops[0].subnet'],
  },
  {
    what: 'a subnet that overlaps the management network',
    object: path('x', ['r1', 'r3'], hops({ between: ['r1', 'r3'], subnet: '10.254.0.0/16' })),
    expected: ['Conflict spec.hops[0].subnet'],
  },
  {
    what: 'two of its own subnets that overlap',
    object: path(
      'x',
      ['r3', 'r1', 'r4'],
      hops(
        { between: ['r3', 'r1'], subnet: '10.7.0.0/24' },
        { between: ['r1', 'r4'], subnet: '10.7.0.0/25' },
      ),
    ),
    expected: ['Conflict spec.hops[1].subnet'],
  },
  {
    what: 'another subnet for a link that it shares',
    object: path('x', ['r2', 'r1'], hops({ between: ['r1', 'r2'], subnet: '10.7.0.0/24' })),
    expected: ['Conflict spec.hops[0].subnet'],
  },
  {
    what: 'SRv6 over a link that is too narrow for IPv6',
    object: path('x', ['r1', 'r3'], { engineering: 'srv6', links: { mtu: 1279 } }),
    expected: ['Invalid spec.links.mtu'],
  },
  {
    what: 'properties that no link can have',
    object: path('x', ['r1', 'r3'], {
      links: { mtu: 1500, rate: '900bit', jitter: '1ms' },
      hops: [{ between: ['r3', 'r1'], delay: '5m', reverse: { delay: '0ms', reorder: '5%' } }],
    }),
    expected: [
      'Invalid spec.links.rate',
      'Invalid spec.links.jitter',
      'Invalid spec.links.mtu',
      'Invalid spec.hops[0].delay',
      'Invalid spec.hops[0].reverse.reorder',
    ],
  },
];

export const EXPERIMENTS: readonly Case[] = [
  {
    what: 'a Router that is not there',
    object: hostOn({ router: 'x' }),
    expected: ['RouterNotFound spec.hosts[0].router'],
  },
  {
    what: 'an address without a subnet',
    object: hostOn({ address: '10.7.0.3' }),
    expected: ['AddressOutside spec.hosts[0].address'],
  },
  {
    what: 'the router’s address',
    object: hostOn({ subnet: '10.7.0.0/24', address: '10.7.0.2' }),
    expected: ['AddressOutside spec.hosts[0].address'],
  },
  {
    what: 'an address in Swarm’s half',
    object: hostOn({ subnet: '10.7.0.0/24', address: '10.7.0.200' }),
    expected: ['AddressOutside spec.hosts[0].address'],
  },
  {
    what: 'a subnet of another Experiment',
    object: hostOn({ subnet: '10.1.0.0/24' }),
    expected: ['Conflict spec.hosts[0].subnet'],
  },
  {
    what: 'a subnet that is too small',
    object: hostOn({ subnet: '10.7.0.0/30' }),
    expected: ['SubnetTooSmall spec.hosts[0].subnet'],
  },
  {
    what: 'a name for a variable that is none',
    object: hostOn({ env: { 'A=B': 'c' } }),
    expected: ['Invalid spec.hosts[0].env'],
  },
  {
    what: 'two hosts of one name, and one subnet on two routers with one address',
    object: experiment('x', {
      hosts: [
        { name: 'h', router: 'r1', subnet: '10.7.0.0/24' },
        { name: 'i', router: 'r2', subnet: '10.7.0.0/24' },
        { name: 'h', router: 'r3' },
      ],
    }),
    expected: [
      'DuplicateName spec.hosts[2].name',
      'Conflict spec.hosts[1].subnet',
      'Conflict spec.hosts[1].address',
    ],
  },
  {
    what: 'hosts and a Path that are not there',
    object: joined({ from: 'x', to: 'y' }, { path: 'z' }),
    expected: [
      'HostNotFound spec.connections[0].from',
      'HostNotFound spec.connections[0].to',
      'PathNotFound spec.connections[1].path',
    ],
  },
  {
    what: 'a connection that its Path does not join, and one of one host',
    object: joined({ to: 'm' }, { to: 'h' }),
    expected: ['NotJoined spec.connections[0].path', 'SameHost spec.connections[1].to'],
  },
  {
    what: 'two connections of one name',
    object: joined({ name: 'c' }, { name: 'c' }),
    expected: ['DuplicateName spec.connections[1].name'],
  },
  {
    what: 'what this version does not do',
    object: joined({ layer: 2, subnet: '172.20.0.0/24', match: { dscp: 46 }, addresses: {} }),
    expected: ['Unsupported spec.connections[0].match', 'Unsupported spec.connections[0].addresses'],
  },
  {
    what: 'connections that BGP cannot tell from others',
    object: joined({ match: { dscp: 46 } }, { name: 'c', addresses: {} }),
    expected: ['NeedsSrv6 spec.connections[0].match', 'NeedsSrv6 spec.connections[1].addresses'],
  },
];
