import { describe, expect, it } from 'vitest';
import type { TestbedObject } from '../../../../src/api/object.ts';
import { Bench, existing, experiment, path, reasons, router } from './bench.ts';

const objects = (): readonly TestbedObject[] => [
  router('r1'),
  router('r2'),
  router('r3'),
  path('p', ['r1', 'r2']),
  path('q', ['r2', 'r3']),
  experiment('e', {
    hosts: [
      { name: 'a', router: 'r1' },
      { name: 'b', router: 'r2' },
    ],
    connections: [{ name: 'ab', from: 'a', to: 'b', path: 'p' }],
  }),
];

/** Everything made, and seen to be there. */
function running(): Bench {
  const bench = new Bench().put(...objects());
  bench.converge();
  return bench;
}

const owners = (bench: Bench): string[] =>
  [...new Set([...bench.allocations.values()].map(({ owner }) => owner))].sort();

describe('a deleted Router', () => {
  it('is kept and planned while others name it, and says so', () => {
    const bench = running();
    const before = bench.settle().desired;
    const decided = bench.delete('Router/r2').settle();
    expect(decided.kept).toEqual(new Map([['Router/r2', 'still named by Experiment/e, Path/p, Path/q']]));
    expect([decided.desired, decided.removing, decided.problems.size]).toEqual([before, [], 0]);
  });

  it('goes when nothing names it any more', () => {
    const bench = running();
    bench.delete('Router/r3').settle();
    const decided = bench.delete('Path/q').settle();
    expect(decided.removing).toEqual([
      { kind: 'Path', name: 'q' },
      { kind: 'Router', name: 'r3' },
    ]);
    expect(decided.desired.workloads.map(({ key }) => key)).not.toContain('router/r3');
    expect(owners(bench)).toContain('router/r3');
    bench.converge();
    expect(owners(bench)).toEqual(['access/e/a', 'access/e/b', 'link/r1--r2', 'router/r1', 'router/r2']);
    expect([...bench.accepted.keys()]).not.toContain('Router/r3');
  });

  it('cannot be named by others', () => {
    const bench = running();
    bench.delete('Router/r2').settle();
    const decided = bench.put(path('new', ['r1', 'r2']), path('p', ['r1', 'r2', 'r3'])).settle();
    expect(reasons(decided, 'Path/new')).toEqual(['RouterNotFound spec.via[1]']);
    expect(reasons(decided, 'Path/p')).toEqual([]);
  });

  it('is counted when many name it', () => {
    const bench = new Bench().put(router('r1'), router('r2'));
    bench.put(...['p1', 'p2', 'p3', 'p4', 'p5'].map((name) => path(name, ['r1', 'r2'])));
    bench.settle();
    expect(bench.delete('Router/r1').settle().kept.get('Router/r1')).toBe(
      'still named by Path/p1, Path/p2, Path/p3 and 2 more',
    );
  });
});

describe('a deleted Path', () => {
  it('leaves the hosts of its Experiments running, which say what is missing', () => {
    const bench = running();
    const decided = bench.delete('Path/p').settle();
    expect(reasons(decided, 'Experiment/e')).toEqual(['PathNotFound spec.connections[0].path']);
    expect(decided.desired.experiments[0]).toMatchObject({
      hosts: [{ name: 'a' }, { name: 'b' }],
      connections: [],
    });
    expect(decided.desired.networks.map(({ key }) => key)).not.toContain('link/r1--r2');
    expect(bench.put(path('p', ['r1', 'r2'])).settle().problems.size).toBe(0);
  });

  it('keeps its links while another Path has them', () => {
    const bench = running();
    bench.put(path('twin', ['r2', 'r1'])).converge();
    const decided = bench.delete('Path/p').settle();
    expect(decided.desired.networks.map(({ key }) => key)).toContain('link/r1--r2');
    expect(decided.removing).toEqual([]);
    expect([...bench.accepted.keys()]).not.toContain('Path/p');
  });

  it('is remembered until its networks are gone', () => {
    const bench = running();
    const there = bench.lingering;
    const decided = bench.delete('Path/q').settle();
    expect([decided.removing, owners(bench).includes('link/r2--r3')]).toEqual([
      [{ kind: 'Path', name: 'q' }],
      true,
    ]);
    bench.lingering = undefined;
    expect(bench.settle().removing).toHaveLength(1);
    bench.lingering = there;
    expect(bench.settle().removing).toHaveLength(1);
    bench.lingering = existing(decided.desired);
    expect([bench.settle().removing, owners(bench).includes('link/r2--r3')]).toEqual([[], false]);
  });
});

describe('an object that comes back', () => {
  it('has its values again while it was being removed', () => {
    const bench = running();
    const before = bench.settle().desired;
    bench.delete('Path/q', 'Router/r3').settle();
    const decided = bench.put(router('r3'), path('q', ['r2', 'r3'])).settle();
    expect(decided.desired).toEqual(before);
    expect([decided.removing, bench.accepted.get('Path/q')?.generation]).toEqual([[], 1]);
  });

  it('counts on when it is another', () => {
    const bench = running();
    bench.delete('Path/q').settle();
    bench.put(path('q', ['r1', 'r3'])).settle();
    expect(bench.accepted.get('Path/q')?.generation).toBe(2);
  });

  it('finds its values taken when others wrote them meanwhile', () => {
    const bench = new Bench().put(router('r1', { routerId: '0.0.0.7' }));
    bench.converge();
    bench.delete('Router/r1').settle();
    expect(bench.put(router('r2', { routerId: '0.0.0.7' })).settle().problems.size).toBe(0);
    bench.put(path('p', ['r1', 'r2']));
    const decided = bench.put(router('r1', { routerId: '0.0.0.7' })).settle();
    expect(reasons(decided, 'Router/r1')).toEqual(['Conflict spec.routerId']);
    expect(reasons(decided, 'Path/p')).toEqual(['RouterNotFound spec.via[0]']);
    expect(bench.put(router('r2', { routerId: '0.0.0.8' })).settle().problems.size).toBe(0);
  });

  it('has a new network after the old one was gone', () => {
    const bench = running();
    const nameOf = (): string | undefined =>
      bench.settle().desired.networks.find(({ key }) => key === 'link/r2--r3')?.name;
    const before = nameOf();
    bench.delete('Path/q').converge();
    bench.put(path('q', ['r2', 'r3']));
    expect(nameOf()).toBeDefined();
    expect(nameOf()).not.toBe(before);
  });
});

describe('a suspended Experiment', () => {
  it('has no hosts and no networks, and keeps its subnets and Routers', () => {
    const bench = running();
    const before = bench.settle().desired;
    const [, , , , , e] = objects();
    if (e?.kind !== 'Experiment') throw new Error('not the Experiment');
    const decided = bench.put({ ...e, spec: { ...e.spec, suspend: true } }).converge();
    expect(decided.desired.experiments).toEqual([{ name: 'e', suspended: true, hosts: [], connections: [] }]);
    expect(decided.desired.networks.map(({ key }) => key)).toEqual([
      'link/r1--r2',
      'link/r2--r3',
      'management',
    ]);
    expect(bench.put(e).settle().desired).toEqual(before);
  });
});

describe('a subnet that is not wanted any more', () => {
  it('is given to nobody while its network is there, but to who writes it', () => {
    const bench = running();
    bench.delete('Path/p').settle();
    bench.put(path('new', ['r1', 'r3'])).settle();
    const subnets = (): string[] =>
      [...bench.allocations.values()]
        .filter(({ pool }) => pool === 'subnet')
        .map(({ owner, value }) => `${owner} ${value}`);
    expect(subnets()).toContain('link/r1--r2 10.200.0.0/27');
    expect(subnets()).toContain('link/r1--r3 10.200.0.64/27');
    bench.put(path('new', ['r1', 'r3'], { hops: [{ between: ['r1', 'r3'], subnet: '10.200.0.0/26' }] }));
    expect(bench.settle().problems.get('Path/new')).toMatchObject([{ reason: 'Conflict' }]);
    bench.put(path('new', ['r1', 'r3'], { hops: [{ between: ['r1', 'r3'], subnet: '10.200.0.0/27' }] }));
    expect(bench.settle().problems.size).toBe(1);
    expect(subnets()).toContain('link/r1--r3 10.200.0.0/27');
  });
});
