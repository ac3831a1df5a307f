import { describe, expect, it } from 'vitest';
import { RECONCILE_ANNOTATION } from '../../../../src/api/meta.ts';
import type { TestbedObject } from '../../../../src/api/object.ts';
import { Bench, experiment, path, reasons, router } from './bench.ts';

const FROZEN = { [RECONCILE_ANNOTATION]: 'disabled' };

const pinned = (name: string, subnet?: string): TestbedObject =>
  path(name, ['r1', 'r2'], subnet === undefined ? {} : { hops: [{ between: ['r1', 'r2'], subnet }] });

const generation = (bench: Bench, text: string): number | undefined => bench.accepted.get(text)?.generation;

const asnOf = (bench: Bench, name: string): string | undefined =>
  [...bench.allocations.values()].find(({ pool, owner }) => pool === 'asn' && owner === `router/${name}`)
    ?.value;

const idOf = (bench: Bench, name: string): string | undefined =>
  [...bench.allocations.values()].find(
    ({ pool, owner }) => pool === 'router-id' && owner === `router/${name}`,
  )?.value;

const subnetOf = (bench: Bench, owner: string): string | undefined =>
  [...bench.allocations.values()].find((claim) => claim.pool === 'subnet' && claim.owner === owner)?.value;

describe('acceptance', () => {
  it('takes objects in any order, all at once or one by one', () => {
    const objects = [
      experiment('e', {
        hosts: [
          { name: 'a', router: 'r1' },
          { name: 'b', router: 'r2' },
        ],
        connections: [{ name: 'ab', from: 'a', to: 'b', path: 'p' }],
      }),
      path('p', ['r1', 'r2']),
      router('r2'),
      router('r1'),
    ];
    const bench = new Bench();
    const waits = objects.map((object) => [...bench.put(object).settle().problems.keys()]);
    expect(waits).toEqual([['Experiment/e'], ['Experiment/e', 'Path/p'], ['Experiment/e', 'Path/p'], []]);
    expect(new Bench().put(...objects).settle().problems.size).toBe(0);
  });

  it('counts changes of the spec, not of metadata', () => {
    const bench = new Bench();
    bench.put(router('r1', { asn: 1 })).settle();
    bench.put(router('r1', { asn: 1 }, { note: 'moved' })).settle();
    expect([
      generation(bench, 'Router/r1'),
      bench.accepted.get('Router/r1')?.object.metadata.annotations,
    ]).toEqual([1, { note: 'moved' }]);
    bench.put(router('r1', { asn: 2 })).settle();
    expect(generation(bench, 'Router/r1')).toBe(2);
  });

  it('keeps the last good version under a bad edit, whatever is bad', () => {
    const bench = new Bench().put(
      router('r1', { asn: 1, routerId: '0.0.0.1' }),
      router('r2', { asn: 2 }),
      pinned('p', '10.7.0.0/24'),
    );
    const before = bench.settle().desired;
    const problem = {
      reason: 'Invalid',
      field: 'spec.asn',
      value: '"x"',
      message: 'expected an AS number',
    } as const;
    bench
      .put(router('r2', { asn: 2, routerId: '0.0.0.1' }), pinned('p', '10.254.0.0/24'))
      .putInvalid('Router/r1', [problem]);
    const after = bench.settle();
    expect(after.desired).toEqual(before);
    expect(after.problems.get('Router/r1')).toEqual([problem]);
    expect(reasons(after, 'Router/r2')).toEqual(['Conflict spec.routerId']);
    expect(reasons(after, 'Path/p')).toEqual(['Conflict spec.hops[0].subnet']);
    expect(['Router/r1', 'Router/r2', 'Path/p'].map((text) => generation(bench, text))).toEqual([1, 1, 1]);
  });

  it('gives a contested value to the first, and to the next once it is free', () => {
    const bench = new Bench().put(
      router('r1', { routerId: '0.0.0.7' }),
      router('r2', { routerId: '0.0.0.7' }),
      router('r3', { routerId: '0.0.0.7' }),
    );
    expect([...bench.settle().problems.keys()]).toEqual(['Router/r2', 'Router/r3']);
    bench.put(router('r1', { routerId: '0.0.0.8' }));
    expect([...bench.settle().problems.keys()]).toEqual(['Router/r3']);
    expect([idOf(bench, 'r1'), idOf(bench, 'r2')]).toEqual(['0.0.0.8', '0.0.0.7']);
  });

  it('lets written values win over allocated ones of the same round', () => {
    const bench = new Bench().put(router('r1'), router('r2', { asn: 4200000000, loopback: '10.255.0.1/32' }));
    expect(bench.settle().problems.size).toBe(0);
    expect([asnOf(bench, 'r1'), asnOf(bench, 'r2')]).toEqual(['4200000001', '4200000000']);
  });

  it('lets what is held win over what is written later, allocated or not', () => {
    const bench = new Bench().put(router('r1'));
    bench.settle();
    const decided = bench.put(router('r2', { asn: 4200000000 })).settle();
    expect(reasons(decided, 'Router/r2')).toEqual(['Conflict spec.asn']);
    expect(asnOf(bench, 'r1')).toBe('4200000000');
  });

  it('lets nobody come back to a router id that another one has by now', () => {
    const joined = (one: string, other: string): TestbedObject[] => [
      router(one),
      router(other),
      path('p', [one, other]),
      experiment('e', {
        hosts: [
          { name: 'a', router: one },
          { name: 'b', router: other },
        ],
        connections: [{ name: 'ab', from: 'a', to: 'b', path: 'p', layer: 2 }],
      }),
    ];
    const bench = new Bench().put(...joined('r1', 'r4'));
    bench.settle();
    expect(idOf(bench, 'r1')).toBe('10.255.0.1');
    bench.lingering = undefined;
    bench.delete('Router/r1').settle();
    bench.delete('Path/p', 'Experiment/e').settle();
    bench.put(router('r3', { routerId: '10.255.0.1' })).settle();
    expect(idOf(bench, 'r3')).toBe('10.255.0.1');
    const { problems } = bench.put(...joined('r2', 'r1')).settle();
    expect([...problems]).toEqual([]);
    expect(idOf(bench, 'r3')).toBe('10.255.0.1');
    expect(idOf(bench, 'r1')).not.toBe('10.255.0.1');
  });

  it('swaps values between objects that are edited together', () => {
    const bench = new Bench().put(
      router('r1', { routerId: '0.0.0.1' }),
      router('r2', { routerId: '0.0.0.2' }),
      router('r3', { routerId: '0.0.0.3' }),
    );
    bench.settle();
    bench.put(
      router('r1', { routerId: '0.0.0.2' }),
      router('r2', { routerId: '0.0.0.3' }),
      router('r3', { routerId: '0.0.0.1' }),
    );
    expect(bench.settle().problems.size).toBe(0);
    expect(['r1', 'r2', 'r3'].map((name) => idOf(bench, name))).toEqual(['0.0.0.2', '0.0.0.3', '0.0.0.1']);
  });

  it('swaps subnets within one Path, as new networks', () => {
    const along = (one: string, other: string): TestbedObject =>
      path('p', ['r1', 'r2', 'r3'], {
        hops: [
          { between: ['r1', 'r2'], subnet: one },
          { between: ['r2', 'r3'], subnet: other },
        ],
      });
    const bench = new Bench().put(
      router('r1'),
      router('r2'),
      router('r3'),
      along('10.7.0.0/24', '10.8.0.0/24'),
    );
    const names = ({ desired }: ReturnType<Bench['settle']>): string[] =>
      desired.networks.map(({ name }) => name);
    const before = names(bench.settle());
    const after = names(bench.put(along('10.8.0.0/24', '10.7.0.0/24')).settle());
    expect(subnetOf(bench, 'link/r1--r2')).toBe('10.8.0.0/24');
    expect(after.filter((name) => before.includes(name))).toEqual([expect.stringContaining('management')]);
  });

  it('moves on when everything else of a long chain has moved', () => {
    const bench = new Bench();
    const idNumbered = (number: number): string => `0.0.${String(number >> 8)}.${String(number & 255)}`;
    const all = Array.from({ length: 300 }, (_, index) => index + 1);
    bench.put(...all.map((number) => router(`r${String(number)}`, { routerId: idNumbered(number) })));
    bench.settle();
    bench.put(...all.map((number) => router(`r${String(number)}`, { routerId: idNumbered(number + 1) })));
    expect(bench.settle().problems.size).toBe(0);
    expect(idOf(bench, 'r1')).toBe('0.0.0.2');
  });
});

describe('a link that Paths share', () => {
  it('has one subnet; a later Path may name it, and no other', () => {
    const bench = new Bench().put(
      router('r1'),
      router('r2'),
      pinned('p1', '10.7.0.0/24'),
      pinned('p2', '10.8.0.0/24'),
    );
    expect([...bench.settle().problems.keys()]).toEqual(['Path/p2']);
    expect(bench.put(pinned('p2', '10.7.0.0/24')).settle().problems.size).toBe(0);
  });

  it('is made anew when its only Path names another subnet', () => {
    const bench = new Bench().put(router('r1'), router('r2'), pinned('p1'));
    bench.settle();
    expect(subnetOf(bench, 'link/r1--r2')).toBe('10.200.0.0/27');
    expect(bench.put(pinned('p1', '10.7.0.0/24')).settle().problems.size).toBe(0);
    expect(subnetOf(bench, 'link/r1--r2')).toBe('10.7.0.0/24');
  });

  it('is made anew once all its Paths name the other subnet', () => {
    const bench = new Bench().put(router('r1'), router('r2'), pinned('p1'), pinned('p2'));
    bench.settle();
    expect([...bench.put(pinned('p1', '10.7.0.0/24')).settle().problems.keys()]).toEqual(['Path/p1']);
    expect(bench.put(pinned('p2', '10.7.0.0/24')).settle().problems.size).toBe(0);
    expect(subnetOf(bench, 'link/r1--r2')).toBe('10.7.0.0/24');
  });

  it('takes nothing from a Path that is refused', () => {
    const hops = [{ between: ['r1', 'r2'], subnet: '10.7.0.0/24' }];
    const bench = new Bench().put(
      router('r1'),
      router('r2'),
      pinned('p1'),
      path('p2', ['r1', 'r2', 'nobody'], { hops }),
    );
    expect([...bench.settle().problems.keys()]).toEqual(['Path/p2']);
    expect(subnetOf(bench, 'link/r1--r2')).toBe('10.200.0.0/27');
  });

  it('keeps subnet and addresses when the Path that made it goes', () => {
    const bench = new Bench().put(router('r1'), router('r2'), path('p1', ['r2', 'r1']), pinned('p2'));
    const link = (): unknown => bench.settle().desired.networks.find(({ key }) => key === 'link/r1--r2');
    const before = link();
    expect(before).toMatchObject({
      endpoints: [
        { workload: 'router/r1', address: '10.200.0.3' },
        { workload: 'router/r2', address: '10.200.0.2' },
      ],
    });
    bench.delete('Path/p1');
    expect(link()).toEqual(before);
  });

  it('keeps a subnet that is no longer written', () => {
    const bench = new Bench().put(router('r1'), router('r2'), pinned('p1', '10.7.0.0/24'));
    const before = bench.settle().desired.networks;
    expect(bench.put(pinned('p1')).settle().desired.networks).toEqual(before);
  });
});

describe('a frozen object', () => {
  it('stays as it was accepted until it thaws', () => {
    const bench = new Bench().put(router('r1', { asn: 1 }));
    const before = bench.settle().desired;
    const frozen = bench.put(router('r1', { asn: 2 }, FROZEN)).settle();
    expect([frozen.desired, [...frozen.frozen], frozen.problems.size]).toEqual([before, ['Router/r1'], 0]);
    bench.put(router('r1', { asn: 2 })).settle();
    expect([asnOf(bench, 'r1'), generation(bench, 'Router/r1')]).toEqual(['2', 2]);
  });

  it('is not made', () => {
    const decided = new Bench().put(router('r1', {}, FROZEN)).settle();
    expect([decided.desired.workloads, [...decided.frozen]]).toEqual([[], ['Router/r1']]);
  });

  it('stays when its key goes', () => {
    const bench = new Bench().put(router('r1', {}));
    bench.settle();
    bench.put(router('r1', {}, FROZEN)).settle();
    const decided = bench.delete('Router/r1').converge();
    expect(decided.kept.get('Router/r1')).toMatch(/^frozen/);
    expect(decided.desired.workloads).toHaveLength(1);
    expect(bench.put(router('r1')).delete('Router/r1').converge().desired.workloads).toHaveLength(1);
    bench.put(router('r1')).settle();
    expect(bench.delete('Router/r1').converge().desired.workloads).toEqual([]);
  });
});
