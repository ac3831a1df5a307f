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
    loopback: sometimes(fc.constantFrom('none', '10.255.0.1/32', '10.0.0.9/32', '10.9.9.9/32')),
    annotations,
  })
  .filter(({ loopback, routerId }) => loopback !== 'none' || routerId !== undefined)
  .map(({ name, annotations: marks, ...fields }) => router(name, spec(fields), marks));

const anyPath = fc
  .record({
    name: fc.constantFrom('p0', 'p1', 'p2'),
    via: fc.uniqueArray(fc.constantFrom(...ROUTERS), { minLength: 2, maxLength: 4 }),
    pins: fc.array(sometimes(subnet), { minLength: 3, maxLength: 3 }),
    annotations,
  })
  .map(({ name, via, pins, annotations: marks }) => {
    const hops = via.slice(1).flatMap((second, index) => {
      const pin = pins[index];
      return pin === undefined ? [] : [{ between: [second, via[index]], subnet: pin }];
    });
    return path(name, via, hops.length === 0 ? {} : { hops }, marks);
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

const anyExperiment = fc
  .record({
    name: fc.constantFrom('e0', 'e1'),
    suspend: fc.constantFrom(false, false, true),
    hosts: fc.uniqueArray(host, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
    via: sometimes(fc.constantFrom('p0', 'p1', 'p2')),
    annotations,
  })
  .map(({ name, suspend, hosts, via, annotations: marks }) => {
    const [from, to] = hosts.map((each) => each['name']);
    const connections = via === undefined || to === undefined ? [] : [{ name: 'c', from, to, path: via }];
    return experiment(name, { suspend, hosts, connections }, marks);
  });

export const anyObject: fc.Arbitrary<TestbedObject> = fc.oneof(
  { arbitrary: anyRouter, weight: 3 },
  { arbitrary: anyPath, weight: 3 },
  { arbitrary: anyExperiment, weight: 2 },
);

/** What happens to a testbed: one or more keys change at once, or Docker catches up, or cannot be read. */
export type Step =
  | { readonly type: 'put'; readonly objects: readonly TestbedObject[] }
  | { readonly type: 'delete'; readonly choices: readonly number[] }
  | { readonly type: 'docker'; readonly known: boolean };

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(anyObject, { minLength: 1, maxLength: 4 })
      .map((objects): Step => ({ type: 'put', objects })),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.nat(100), { minLength: 1, maxLength: 3 })
      .map((choices): Step => ({ type: 'delete', choices })),
  },
  { weight: 2, arbitrary: fc.boolean().map((known): Step => ({ type: 'docker', known })) },
);
