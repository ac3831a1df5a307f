import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/core/plan/settings.ts';
import { Bench, path, reasons, router } from './bench.ts';
import { EXPERIMENTS, hops, joined, PATHS, ROUTERS, row } from './problem-cases.ts';

describe('problems', () => {
  it.each([...ROUTERS, ...PATHS, ...EXPERIMENTS].map((each) => [each.object.kind, each.what, each] as const))(
    'of a %s with %s',
    (_kind, _what, { object, expected }) => {
      const bench = new Bench().put(...row(), router('r4'), router('r5'));
      bench.settle();
      const before = new Map(bench.allocations);
      const decided = bench.put(object).settle();
      const text = `${object.kind}/${object.metadata.name}`;
      expect(reasons(decided, text)).toEqual(expected);
      expect([...decided.problems.keys()]).toEqual([text]);
      expect(bench.allocations).toEqual(before);
      expect(bench.accepted.has(text)).toBe(false);
    },
  );

  it('name the holder, the value and the way out', () => {
    const bench = new Bench().put(...row(), router('free'));
    bench.settle();
    bench.put(
      router('x', { routerId: '10.255.0.2' }),
      router('z', { asn: 4200000000 }),
      path('y', ['r2', 'r1'], hops({ between: ['r1', 'r2'], subnet: '10.1.0.0/25' })),
    );
    const { problems } = bench.settle();
    expect(problems.get('Router/x')?.[0]).toEqual({
      reason: 'Conflict',
      field: 'spec.routerId',
      value: '10.255.0.2',
      message:
        'The router id 10.255.0.2 is taken: it belongs to Router/r2. Choose another router id; if the holder gives it up, this object has it.',
    });
    expect(problems.get('Router/z')?.[0]?.message).toBe(
      'The AS number 4200000000 is taken: it belongs to Router/free. There it was allocated: write it there too, and both are routers of one AS. ' +
        'Or choose another AS number; if the holder gives it up, this object has it.',
    );
    expect(problems.get('Path/y')?.[0]?.message).toBe(
      'The link r1--r2 is shared with Path/row and has 10.200.0.0/27 there. Name that one, or none, or change it in all of them.',
    );
  });

  it('say which edges a Path has', () => {
    const bench = new Bench().put(...row(), joined({ to: 'm' }));
    expect(bench.settle().problems.get('Experiment/x')?.[0]?.message).toBe(
      'Path/row joins r1 and r3; h is on r1 and m on r2. Name a Path whose ends these are.',
    );
  });

  it('of a Router without loopback and identifier say that one is missing', () => {
    const bare = router('x', { loopback: 'none', routerId: '0.0.0.9' });
    if (bare.kind !== 'Router') throw new Error('not a Router');
    const { routerId: _, ...spec } = bare.spec;
    const decided = new Bench().put({ ...bare, spec }).settle();
    expect(reasons(decided, 'Router/x')).toEqual(['RouterIdMissing spec.routerId']);
  });

  it.each([
    ['asn', { asns: { first: 4200000000, last: 4200000001 } }, router('x'), 'HINGE_POOL_ASNS'],
    ['loopback', { loopbacks: '10.255.0.0/30' }, router('x'), 'HINGE_POOL_LOOPBACKS'],
    [
      'link',
      { links: { range: '10.200.0.0/26', length: 27 } },
      path('x', ['r1', 'r2', 'r3', 'r4', 'r5']),
      'HINGE_POOL_LINKS',
    ],
    ['access', { access: { range: '10.204.0.0/24', length: 24 } }, joined(), 'HINGE_POOL_ACCESS'],
  ])('of a used-up pool (%s) name its setting', (_pool, settings, object, variable) => {
    const bench = new Bench({ ...DEFAULT_SETTINGS, ...settings });
    bench.put(router('r1'), router('r2'), router('r3', { asn: 3, loopback: 'none', routerId: '0.0.0.3' }));
    bench.put(
      router('r4', { asn: 4, loopback: 'none', routerId: '0.0.0.4' }),
      router('r5', { asn: 5, loopback: 'none', routerId: '0.0.0.5' }),
      path('row', ['r1', 'r2', 'r3']),
    );
    bench.settle();
    const before = new Map(bench.allocations);
    const decided = bench.put(object).settle();
    const [problem] = decided.problems.get(`${object.kind}/x`) ?? [];
    expect(problem?.reason).toBe('PoolExhausted');
    expect(problem?.message).toContain(variable);
    expect(bench.allocations).toEqual(before);
    expect(bench.accepted.has(`${object.kind}/x`)).toBe(false);
  });
});
