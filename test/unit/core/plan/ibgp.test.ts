import { describe, expect, it } from 'vitest';
import { Bench, experiment, path, reasons, router } from './bench.ts';
import { connectionOf, routerOf } from './segmented.ts';

/** west (AS 1) – a – b – c (AS 65001) – east (AS 2), and a way round from a to c by d, of the same AS. */
const chain = (b: Record<string, unknown> = { asn: 65001 }): Bench =>
  new Bench().put(
    router('west', { asn: 1 }),
    router('east', { asn: 2 }),
    ...['a', 'c', 'd'].map((name) => router(name, { asn: 65001 })),
    router('b', b),
    path('by-b', ['west', 'a', 'b', 'c', 'east']),
    path('by-d', ['west', 'a', 'd', 'c', 'east']),
    path('inside', ['a', 'b', 'c']),
    experiment('x', {
      hosts: [
        { name: 'h', router: 'west' },
        { name: 'i', router: 'east' },
        { name: 'j', router: 'a' },
        { name: 'k', router: 'c', subnet: '10.3.0.0/24' },
      ],
      connections: [
        { name: 'across', from: 'h', to: 'i', path: 'by-b' },
        { name: 'within', from: 'j', to: 'k', path: 'inside' },
      ],
    }),
  );

const asns = (bench: Bench): readonly string[] =>
  [...bench.allocations].flatMap(([key, { owner }]) => (key.startsWith('asn/') ? [`${key} ${owner}`] : []));

const notesOf = (bench: Bench, name: string): readonly string[] | undefined =>
  bench
    .settle()
    .desired.workloads.find(({ key }) => key === `router/${name}`)
    ?.notes?.map(({ reason, message }) => `${reason}: ${message}`);

describe('an AS with several routers', () => {
  it('has one claim of its number, whoever goes', () => {
    const bench = chain();
    const { problems } = bench.settle();
    expect([...problems]).toEqual([]);
    expect(asns(bench)).toEqual(['asn/1 router/west', 'asn/2 router/east', 'asn/65001 router/a']);
    const before = bench.settle().desired;
    bench.delete('Path/by-b', 'Path/inside', 'Experiment/x', 'Path/by-d');
    bench.settle();
    bench.delete('Router/a');
    const { desired } = bench.converge();
    expect(asns(bench).toSorted()).toEqual(['asn/1 router/west', 'asn/2 router/east', 'asn/65001 router/b']);
    const routers = desired.workloads.map(({ key }) => key);
    expect(routers).toEqual(['router/b', 'router/c', 'router/d', 'router/east', 'router/west']);
    expect(routerOf(before, 'b').asn).toBe(routerOf(desired, 'b').asn);
  });

  it('is joined by who writes its number, not by who was allocated it or keeps it', () => {
    const bench = new Bench().put(
      router('r1'),
      router('r2', { asn: 7 }),
      router('r3', { asn: 7 }),
      path('inside', ['r2', 'r3']),
      path('outside', ['r4', 'r1']),
    );
    bench.settle();
    expect(reasons(bench.put(router('r4', { asn: 4200000000 })).settle(), 'Router/r4')).toEqual([
      'Conflict spec.asn',
    ]);
    // Whoever stops to write it is no longer of the AS.
    expect(routerOf(bench.put(router('r2')).settle().desired, 'r2').asn).toBe(4200000001);
    expect(routerOf(bench.settle().desired, 'r3').asn).toBe(7);
    // As long as nobody else writes it, it stays.
    expect(routerOf(bench.put(router('r3')).settle().desired, 'r3').asn).toBe(7);
    expect(reasons(bench.put(router('r5', { asn: 7 })).settle(), 'Router/r5')).toEqual(['Conflict spec.asn']);
    // Both write the number that one was allocated: one AS.
    bench.put(router('r1', { asn: 4200000000 }));
    const { desired, problems } = bench.settle();
    expect([...problems.keys()]).toEqual(['Router/r5']);
    expect(['r1', 'r4'].map((name) => routerOf(desired, name).asn)).toEqual([4200000000, 4200000000]);
  });

  it('has sessions inside that pass on everything, and is steered by weight', () => {
    const { desired } = chain().settle();
    const text = routerOf(desired, 'a').configuration.text;
    const [b, west] = ['b', 'west'].map(
      (peer) => routerOf(desired, 'a').sessions.find((session) => session.peer === peer)?.address ?? '',
    );
    expect(text).toContain(
      `  neighbor ${b ?? ''} route-reflector-client\n  neighbor ${b ?? ''} next-hop-self force\n`,
    );
    expect(text).not.toContain(`  neighbor ${west ?? ''} route-reflector-client`);
    expect(text).toMatch(/ match ip address prefix-list hinge-via-\S+\n set weight 200\n/);
    expect(text).not.toContain('local-preference');
    expect(text).toContain('  maximum-paths 1\n  maximum-paths ibgp 1\n');
    expect(routerOf(desired, 'west').configuration.text).not.toMatch(
      /weight|maximum-paths|reflector|next-hop-self/,
    );
  });

  it('is spread over by no neighbour, either', () => {
    const bench = chain().put(path('second', ['west', 'd']));
    const { text } = routerOf(bench.settle().desired, 'west').configuration;
    expect(text).toContain('  maximum-paths 1\n');
    expect(text).not.toMatch(/weight|reflector/);
  });

  it('is once in the AS path of a connection, and not at all in that of its own routers', () => {
    const { desired } = chain().settle();
    expect(connectionOf(desired, 'across')?.asPath).toEqual([65001, 2]);
    expect(connectionOf(desired, 'within')?.asPath).toEqual([]);
  });

  it('is not left and entered again by a Path, but for SRv6', () => {
    const bench = new Bench().put(
      ...['r1', 'r2', 'r3'].map((name) => router(name, { asn: name === 'r2' ? 2 : 1 })),
      path('twice', ['r1', 'r2', 'r3']),
      path('segments', ['r1', 'r2', 'r3'], { engineering: 'srv6' }),
    );
    const { problems } = bench.settle();
    expect([...problems.keys()]).toEqual(['Path/twice']);
    expect(problems.get('Path/twice')).toEqual([
      {
        reason: 'RepeatedAs',
        field: 'spec.via[2]',
        value: 'r3',
        message:
          "This Path leaves AS 1 at r1 and comes back to it at r3: BGP takes no route whose AS path has the router's own AS. " +
          'Give r1, r3 different AS numbers, or r2 the same one, or write engineering: srv6, which needs no routes.',
      },
    ]);
    expect(bench.put(router('r2', { asn: 1 })).settle().problems.size).toBe(0);
    // The Path stays as it was accepted, and says what is wrong with it.
    const later = bench.put(router('r2', { asn: 2 })).settle();
    expect(reasons(later, 'Path/twice')).toEqual(['RepeatedAs spec.via[2]']);
    expect(later.desired.paths.map(({ name }) => name)).toEqual(['segments', 'twice']);
  });
});

describe('a number that another router writes', () => {
  it('is taken, unless a Path joins both within the AS', () => {
    const bench = new Bench().put(
      router('r1', { asn: 1 }),
      router('r2', { asn: 2 }),
      router('r3', { asn: 1 }),
    );
    bench.put(path('p', ['r1', 'r2', 'r3']));
    const { problems } = bench.settle();
    expect(problems.get('Router/r3')).toEqual([
      {
        reason: 'Conflict',
        field: 'spec.asn',
        value: '1',
        message:
          'The AS number 1 is taken: it belongs to Router/r1. Routers of one AS are joined within it: write the Path that does so together with this object, ' +
          'or choose another AS number; if the holder gives it up, this object has it.',
      },
    ]);
    expect(reasons(bench.settle(), 'Path/p')).toEqual(['RouterNotFound spec.via[2]']);
    bench.put(path('inside', ['r3', 'r1']));
    expect([...bench.settle().problems.keys()]).toEqual(['Path/p']);
    expect(reasons(bench.settle(), 'Path/p')).toEqual(['RepeatedAs spec.via[2]']);
  });

  it('stays taken by whom a Path joins that is refused itself, whatever else is refused', () => {
    const bench = new Bench().put(
      ...['r1', 'r2', 'r3'].map((name) => router(name, { asn: 1 })),
      path('missing', ['r1', 'r2', 'nobody']),
      path('segments', ['r3', 'nobody', 'r1'], { engineering: 'srv6' }),
    );
    const refused = [...bench.settle().problems.keys()];
    expect(refused.toSorted()).toEqual(['Path/missing', 'Path/segments', 'Router/r2', 'Router/r3']);
    // Of those that wait for each other, only the bad ones go on to wait.
    bench.put(path('row', ['r1', 'r2', 'r3']));
    expect([...bench.settle().problems.keys()].toSorted()).toEqual(['Path/missing', 'Path/segments']);
  });

  it('is shared along several Paths that each need the one before', () => {
    const routers = Array.from({ length: 12 }, (_, index) => `r${index.toString()}`);
    const bench = new Bench().put(
      ...routers.slice(1).map((name, index) => path(`p${index.toString()}`, [routers[index] ?? '', name])),
      ...routers.map((name) => router(name, { asn: 1 })),
    );
    expect([...bench.settle().problems]).toEqual([]);
  });
});

describe('what is said of an AS', () => {
  it('names rules that AS paths within it do not follow, and rules that keep routes from it', () => {
    const bench = chain({
      asn: 65001,
      bgp: {
        import: [{ set: { prependAsns: [9, 65001] } }, { set: { prependAsns: [9] } }],
        neighbors: [
          { router: 'a', export: [{ set: { med: 5 } }, { set: { prepend: 2, med: 7 } }] },
          { router: 'east', import: [{ set: { prepend: 1 } }] },
        ],
      },
    });
    bench.put(path('shortcut', ['b', 'east']));
    expect(notesOf(bench, 'b')).toEqual([
      'NotInsideAs: spec.bgp.neighbors[0].export[1].set.prepend: a is of AS 65001 too, within which AS paths stay as they are; the rest of the rule holds',
      'CutsAs: spec.bgp.import[0] puts AS 65001 onto what other ASes announce: a, c of the same AS do not take such routes',
      'CutsAs: spec.bgp.neighbors[1].import[0] puts AS 65001 onto what other ASes announce: a, c of the same AS do not take such routes',
    ]);
    const { text } = routerOf(bench.settle().desired, 'b').configuration;
    const told = text
      .split('!\n')
      .filter((block) => block.startsWith('route-map hinge-to-'))
      .join('');
    expect(told).toContain('set metric 7');
    expect(told).not.toContain('prepend');
  });

  it('names its parts, once no link joins them any more', () => {
    const bench = new Bench().put(
      ...['r1', 'r2', 'r3', 'r4'].map((name) => router(name, { asn: name === 'r3' ? 3 : 1 })),
      path('one', ['r1', 'r2', 'r3']),
      path('other', ['r3', 'r4']),
      path('join', ['r2', 'r4']),
    );
    expect(notesOf(bench, 'r1')).toBeUndefined();
    bench.delete('Path/join');
    const note =
      "AsInParts: AS 1 is in 2 parts that no link joins (r1, r2; r4): none takes another's routes, since BGP takes no route whose AS path has the router's own AS";
    expect(['r1', 'r2', 'r4'].map((name) => notesOf(bench, name))).toEqual([[note], [note], [note]]);
    expect(notesOf(bench, 'r3')).toBeUndefined();
    // They stay as they are, and can be changed.
    expect(bench.put(router('r4', { asn: 1, advertise: ['192.0.2.0/24'] })).settle().problems.size).toBe(0);
  });
});
