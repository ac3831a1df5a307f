import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestbedObject } from '../../../../src/api/object.ts';
import type { DesiredState } from '../../../../src/core/plan/desired.ts';
import type { Intake } from '../../../../src/core/plan/intake.ts';
import { Bench, experiment, path, router } from './bench.ts';
import { settleBgp, setupsOf } from './path-vector.ts';

const NAMES = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6'];

/** Two hosts on the ends of each Path, joined over it; `shared`: hosts of one Experiment, one on each router. */
interface Mesh {
  /** By router, as in NAMES: the AS that it is of. */
  readonly systems: readonly number[];
  readonly vias: readonly (readonly string[])[];
  readonly shared: readonly number[];
  /** In which the routers take their turn. */
  readonly order: readonly string[];
}

/** Every router is an AS of its own, or some are of the same; Paths pass the routers of an AS one after the other. */
const anySystems: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constant(NAMES.map((_, index) => index)),
  fc.array(fc.nat(3), { minLength: NAMES.length, maxLength: NAMES.length }),
);

const anyMesh: fc.Arbitrary<Mesh> = fc
  .tuple(fc.array(fc.shuffledSubarray(NAMES, { minLength: 2 }), { minLength: 1, maxLength: 6 }), anySystems)
  .chain(([vias, systems]) =>
    fc.record({
      systems: fc.constant(systems),
      vias: fc.constant(vias.map((via) => gathered(via, systems))),
      shared: fc.subarray(vias.map((_, index) => index)),
      order: fc.shuffledSubarray(NAMES, { minLength: NAMES.length }),
    }),
  );

/** Routers in the order in which their ASes come. */
function gathered(via: readonly string[], systems: readonly number[]): readonly string[] {
  const systemOf = (name: string): number | undefined => systems[NAMES.indexOf(name)];
  const systemsInOrder = [...new Set(via.map(systemOf))];
  return systemsInOrder.flatMap((system) => via.filter((name) => systemOf(name) === system));
}

function planOf({ systems, vias, shared }: Mesh): Intake {
  const own = vias.map((via, index) =>
    experiment(`own${String(index)}`, {
      hosts: [
        { name: 'a', router: via[0] },
        { name: 'b', router: via.at(-1) },
      ],
      connections: [{ name: 'ab', from: 'a', to: 'b', path: `p${String(index)}`, layer: 2 + (index % 2) }],
    }),
  );
  const together = experiment('together', {
    hosts: NAMES.map((name) => ({ name, router: name })),
    connections: shared.map((index) => ({
      name: `c${String(index)}`,
      from: vias[index]?.[0],
      to: vias[index]?.at(-1),
      path: `p${String(index)}`,
      layer: index % 3 === 0 ? 2 : 3,
    })),
  });
  return new Bench()
    .put(
      ...NAMES.map((name) => router(name, { asn: asnIn(name, systems, vias) })),
      ...vias.map((via, index) => path(`p${String(index)}`, via)),
      ...own,
      together,
    )
    .settle();
}

/** Routers that drew the same system are of one AS as far as Paths join them within it. */
function asnIn(name: string, systems: readonly number[], vias: readonly (readonly string[])[]): number {
  const systemOf = (router: string): number | undefined => systems[NAMES.indexOf(router)];
  const part = [name];
  for (const router of part)
    for (const via of vias)
      for (const [index, other] of via.entries()) {
        const isNext = via[index - 1] === router || via[index + 1] === router;
        if (isNext && systemOf(other) === systemOf(name) && !part.includes(other)) part.push(other);
      }
  return 65000 + Math.min(...part.map((router) => NAMES.indexOf(router)));
}

interface Way {
  /** The routers that packets of a connection pass in one direction, then the AS path that they follow at first. */
  readonly taken: readonly (string | number)[];
  /** Those that its Path, and its proof, want. */
  readonly wanted: readonly (string | number)[];
}

/** Of each connection, there and back. */
function waysOf(desired: DesiredState, order: readonly string[]): readonly Way[] {
  return desired.experiments
    .flatMap(({ connections }) => connections)
    .flatMap(({ from, to, tunnel, forward, reverse, asPath }) =>
      [
        { near: from, far: to, end: tunnel?.to, hops: forward, expected: asPath },
        { near: to, far: from, end: tunnel?.from, hops: reverse, expected: [] },
      ].map(({ near, far, end, hops, expected }) => {
        const subnet = end === undefined ? far.subnet : `${end}/32`;
        const next = settleBgp(desired, { subnet, origin: far.router }, order);
        const taken = [near.router];
        for (
          let at = next.get(near.router)?.next;
          at !== undefined && taken.length <= NAMES.length;
          at = next.get(at)?.next
        )
          taken.push(at);
        const between = hops.map((hop) => hop.router);
        const asPath = hops === forward ? (next.get(near.router)?.asPath ?? []) : [];
        const wanted = end === undefined ? between : [near.router, ...between, far.router];
        return { taken: [...taken, ...asPath], wanted: [...wanted, ...expected] };
      }),
    );
}

const RING = [router('r0'), router('r1'), router('r2'), router('r3')];
/** Hosts a on r0 and c on a router, both joined with host b on r3. */
const meeting = (routerOfC: string, pathOfA: string, pathOfC: string): TestbedObject =>
  experiment('x', {
    hosts: [
      { name: 'a', router: 'r0' },
      { name: 'c', router: routerOfC },
      { name: 'b', router: 'r3' },
    ],
    connections: [
      { name: 'ab', from: 'a', to: 'b', path: pathOfA },
      { name: 'cb', from: 'c', to: 'b', path: pathOfC },
    ],
  });
const preferredIn = ({ desired }: Intake): number =>
  [...setupsOf(desired).values()].flatMap(
    ({ configuration }) => configuration.text.match(/hinge-via-\S+ seq/g) ?? [],
  ).length;

describe('steering by BGP', () => {
  it('takes every connection along its Path in any mesh, in whatever order routers decide', () => {
    let connections = 0;
    let refused = 0;
    fc.assert(
      fc.property(anyMesh, (mesh) => {
        const plan = planOf(mesh);
        const ways = waysOf(plan.desired, mesh.order);
        connections += ways.length / 2;
        if (plan.problems.has('Experiment/together')) refused += 1;
        expect([...plan.problems.keys()].filter((name) => name !== 'Experiment/together')).toEqual([]);
        for (const { taken, wanted } of ways) expect(taken).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
    expect(connections).toBeGreaterThan(300);
    expect(refused).toBeGreaterThan(10);
  });

  it('prefers nothing where there is no way round', () => {
    const systems = NAMES.map((_, index) => index);
    const chain = planOf({ systems, vias: [NAMES], shared: [0], order: NAMES });
    expect(preferredIn(chain)).toBe(0);
    const ring = planOf({ systems, vias: [NAMES, ['r0', 'r6']], shared: [0], order: NAMES });
    expect(preferredIn(ring)).toBeGreaterThan(0);
  });

  it('refuses Paths that part at a shared router for one destination, and names objects, router and way out', () => {
    const plan = new Bench()
      .put(
        ...RING,
        path('left', ['r0', 'r1', 'r3']),
        path('right', ['r0', 'r2', 'r3']),
        meeting('r0', 'left', 'right'),
      )
      .settle();
    expect(plan.problems.get('Experiment/x')).toEqual([
      {
        reason: 'PathsPart',
        field: 'spec.connections[1].path',
        value: 'right',
        message:
          'At r0, connection ab (Path/left) sends what goes to host b to r1, and this one would send it to r2. ' +
          'BGP knows destinations only: name a Path that is the same from r0 on, or join another host on r3 that has a subnet of its own.',
      },
    ]);
  });

  it('lets connections meet at a router and go on together', () => {
    const plan = new Bench()
      .put(
        ...RING,
        path('upper', ['r0', 'r2', 'r3']),
        path('lower', ['r1', 'r2', 'r3']),
        path('direct', ['r0', 'r3']),
        meeting('r1', 'upper', 'lower'),
      )
      .settle();
    expect([...plan.problems]).toEqual([]);
    for (const { taken, wanted } of waysOf(plan.desired, ['r0', 'r1', 'r2', 'r3']))
      expect(taken).toEqual(wanted);
  });

  it('says so when a Path that is changed makes two connections part, and keeps the first', () => {
    const bench = new Bench().put(
      ...RING,
      path('left', ['r0', 'r1', 'r3']),
      path('right', ['r0', 'r1', 'r3']),
      meeting('r0', 'left', 'right'),
    );
    expect([...bench.settle().problems]).toEqual([]);
    const plan = bench.put(path('right', ['r0', 'r2', 'r3'])).settle();
    expect(plan.problems.get('Experiment/x')).toMatchObject([{ reason: 'PathsPart' }]);
    const [there] = waysOf(plan.desired, ['r3', 'r2', 'r1', 'r0']);
    expect(there?.taken).toEqual(there?.wanted);
    expect(there?.taken.slice(0, 3)).toEqual(['r0', 'r1', 'r3']);
  });
});
