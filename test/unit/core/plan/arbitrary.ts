import fc from 'fast-check';
import { RECONCILE_ANNOTATION } from '../../../../src/api/meta.ts';
import type { TestbedObject } from '../../../../src/api/object.ts';
import { experiment, path, router } from './bench.ts';

/** Small sets of names and values, so that objects often meet. Half of what comes out is wrong in some way. */
const ROUTERS = ['r0', 'r1', 'r2', 'r3', 'r4'] as const;
const SUBNETS = [
  '10.0.0.0/24',
  '10.0.0.0/25',
  '10.0.0.128/25',
  '10.0.1.0/24',
  '10.0.2.0/28',
  '10.0.0.0/16',
  '10.200.0.0/27',
  '10.204.0.0/24',
  '10.255.0.0/24',
  '10.254.7.0/24',
] as const;

const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Without the keys that are undefined: objects come out of the parser like that. */
const spec = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const annotations = fc
  .constantFrom(false, false, false, false, true)
  .map((frozen) => (frozen ? { [RECONCILE_ANNOTATION]: 'disabled' } : undefined));

const subnet = fc.constantFrom(...SUBNETS);

const anyRouter = fc
  .record({
    name: fc.constantFrom(...ROUTERS),
    asn: sometimes(fc.constantFrom(1, 2, 3, 4200000000)),
    routerId: sometimes(fc.constantFrom('0.0.0.1', '0.0.0.2', '10.255.0.1')),
    runtime: sometimes(fc.constantFrom('task', 'sandbox')),
    loopback: sometimes(fc.constantFrom('none', '10.255.0.1/32', '10.0.0.9/32', '10.9.9.9/32')),
    annotations,
  })
  .filter(({ loopback, routerId }) => loopback !== 'none' || routerId !== undefined)
  .map(({ name, annotations: marks, ...fields }) => router(name, spec(fields), marks));

const anyPath = fc
  .record({
    name: fc.constantFrom('p0', 'p1', 'p2'),
    via: fc.oneof(
      fc.uniqueArray(fc.constantFrom(...ROUTERS), { minLength: 2, maxLength: 4 }),
      fc.constantFrom(['r0', 'r1'], ['r0', 'r2', 'r1'], ['r1', 'r3', 'r4', 'r0']),
    ),
    pins: fc.array(sometimes(subnet), { minLength: 3, maxLength: 3 }),
    engineering: fc.constantFrom(undefined, 'bgp', 'srv6'),
    annotations,
  })
  .map(({ name, via, pins, engineering, annotations: marks }) => {
    const hops = via.slice(1).flatMap((second, index) => {
      const pin = pins[index];
      return pin === undefined ? [] : [{ between: [second, via[index]], subnet: pin }];
    });
    return path(name, via, spec({ engineering, hops: hops.length === 0 ? undefined : hops }), marks);
  });

const host = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    router: fc.constantFrom(...ROUTERS),
    subnet: sometimes(subnet),
    octet: fc.constantFrom(undefined, 3, 4, 5),
  })
  .map(({ octet, ...fields }) => {
    const address = fields.subnet?.replace(/\.\d+\/\d+$/, `.${String(octet)}`);
    return spec({ ...fields, ...(octet === undefined ? {} : { address }) });
  });

/** Hosts that Paths often join. */
const apart: fc.Arbitrary<Record<string, unknown>[]> = fc.constant([
  { name: 'a', router: 'r0' },
  { name: 'b', router: 'r1' },
]);

/** What a connection asks for besides its Path. */
const wishes = fc.constantFrom(
  {},
  { addresses: {} },
  { addresses: { from: '10.9.9.9' } },
  { match: { dscp: 46 } },
  { layer: 2 },
  { layer: 2, subnet: '172.20.0.0/28' },
  { layer: 2, subnet: '10.0.2.0/28' },
);

/** What is written together by who knows what they want: two routers of one AS or not, hosts at both, and a connection between them. */
const wholeTestbed: fc.Arbitrary<readonly TestbedObject[]> = fc
  .record({
    asn: fc.constantFrom(undefined, 1),
    engineering: fc.constantFrom('bgp', 'srv6'),
    wish: wishes,
  })
  .map(({ asn, engineering, wish }) => [
    router('r0', spec({ asn })),
    router('r1', spec({ asn })),
    router('r2', spec({ asn })),
    path('p0', ['r0', 'r2', 'r1'], { engineering }),
    experiment('e0', {
      hosts: [
        { name: 'a', router: 'r0' },
        { name: 'b', router: 'r1' },
      ],
      connections: [{ name: 'c0', from: 'a', to: 'b', path: 'p0', ...wish }],
    }),
  ]);

const anyExperiment = fc
  .record({
    name: fc.constantFrom('e0', 'e1'),
    suspend: fc.constantFrom(false, false, true),
    hosts: fc.oneof(
      fc.uniqueArray(host, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
      apart,
    ),
    joined: fc.array(fc.record({ path: fc.constantFrom('p0', 'p1', 'p2'), wish: wishes }), { maxLength: 3 }),
    annotations,
  })
  .map(({ name, suspend, hosts, joined, annotations: marks }) => {
    const [from, to] = hosts.map((each) => each['name']);
    const connections = joined
      .filter(() => to !== undefined)
      .map(({ path: along, wish }, at) => ({ name: `c${at.toString()}`, from, to, path: along, ...wish }));
    return experiment(name, { suspend, hosts, connections }, marks);
  });

export const anyObject: fc.Arbitrary<TestbedObject> = fc.oneof(
  { arbitrary: anyRouter, weight: 3 },
  { arbitrary: anyPath, weight: 3 },
  { arbitrary: anyExperiment, weight: 2 },
);

/** A Path, its routers, and two hosts that are joined over it. */
const anyJoined: fc.Arbitrary<readonly TestbedObject[]> = fc
  .record({
    via: fc.uniqueArray(fc.constantFrom(...ROUTERS), { minLength: 2, maxLength: 4 }),
    layer: fc.constantFrom(2, 3),
    lan: sometimes(subnet),
  })
  .map(({ via, layer, lan }) => {
    const hosts = [via[0], via.at(-1)].map((at, index) => ({ name: `h${String(index)}`, router: at }));
    const connection = { name: 'c', from: 'h0', to: 'h1', path: 'p0', layer };
    const connections = [spec({ ...connection, subnet: layer === 2 ? lan : undefined })];
    return [...via.map((name) => router(name)), path('p0', via), experiment('e0', { hosts, connections })];
  });

/** What happens to a testbed: one or more keys change at once, or Docker catches up, or cannot be read. */
export type Step =
  | { readonly type: 'put'; readonly objects: readonly TestbedObject[] }
  | { readonly type: 'delete'; readonly choices: readonly number[] }
  | { readonly type: 'docker'; readonly known: boolean };

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: wholeTestbed.map((objects): Step => ({ type: 'put', objects })) },
  {
    weight: 5,
    arbitrary: fc
      .array(anyObject, { minLength: 1, maxLength: 4 })
      .map((objects): Step => ({ type: 'put', objects })),
  },
  { weight: 1, arbitrary: anyJoined.map((objects): Step => ({ type: 'put', objects })) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.nat(100), { minLength: 1, maxLength: 3 })
      .map((choices): Step => ({ type: 'delete', choices })),
  },
  { weight: 2, arbitrary: fc.boolean().map((known): Step => ({ type: 'docker', known })) },
);
