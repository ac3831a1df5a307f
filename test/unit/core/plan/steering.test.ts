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
  readonly vias: readonly (readonly string[])[];
  readonly shared: readonly number[];
  /** In which the routers take their turn. */
  readonly order: readonly string[];
}

const anyMesh: fc.Arbitrary<Mesh> = fc
  .array(fc.shuffledSubarray(NAMES, { minLength: 2 }), { minLength: 1, maxLength: 6 })
  .chain((vias) =>
    fc.record({
      vias: fc.constant(vias),
      shared: fc.subarray(vias.map((_, index) => index)),
      order: fc.shuffledSubarray(NAMES, { minLength: NAMES.length }),
    }),
  );

function planOf({ vias, shared }: Mesh): Intake {
  const own = vias.map((via, index) =>
    experiment(`own${String(index)}`, {
      hosts: [
        { name: 'a', router: via[0] },
        { name: 'b', router: via.at(-1) },
      ],
      connections: [{ name: 'ab', from: 'a', to: 'b', path: `p${String(index)}` }],
    }),
  );
  const together = experiment('together', {
    hosts: NAMES.map((name) => ({ name, router: name })),
    connections: shared.map((index) => ({
      name: `c${String(index)}`,
      from: vias[index]?.[0],
      to: vias[index]?.at(-1),
      path: `p${String(index)}`,
    })),
  });
  return new Bench()
    .put(
      ...NAMES.map((name) => router(name)),
      ...vias.map((via, index) => path(`p${String(index)}`, via)),
      ...own,
      together,
    )
    .settle();
}

/** The routers that packets pass for each connection, there and back, and those that its Path wants. */
function waysOf(desired: DesiredState, order: readonly string[]): { taken: string[]; wanted: string[] }[] {
  return desired.experiments
    .flatMap(({ connections }) => connections)
    .flatMap(({ from, to, forward, reverse }) =>
      [
        { near: from, far: to, hops: forward },
        { near: to, far: from, hops: reverse },
      ].map(({ near, far, hops }) => {
        const next = settleBgp(desired, { subnet: far.subnet, origin: far.router }, order);
        const taken = [near.router];
        for (
          let at = next.get(near.router);
          at !== undefined && taken.length <= NAMES.length;
          at = next.get(at)
        )
          taken.push(at);
        return { taken, wanted: hops.map((hop) => hop.router) };
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
    const chain = planOf({ vias: [NAMES], shared: [0], order: NAMES });
    expect(preferredIn(chain)).toBe(0);
    const ring = planOf({ vias: [NAMES, ['r0', 'r6']], shared: [0], order: NAMES });
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
    expect(waysOf(plan.desired, ['r3', 'r2', 'r1', 'r0'])[0]).toEqual({
      taken: ['r0', 'r1', 'r3'],
      wanted: ['r0', 'r1', 'r3'],
    });
  });
});
