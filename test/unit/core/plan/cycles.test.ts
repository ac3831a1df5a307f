import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cyclesOf } from '../../../../src/core/plan/cycles.ts';

/** Nodes that each node reaches, itself included. */
function reach(graph: ReadonlyMap<string, readonly string[]>, from: string): Set<string> {
  const seen = new Set([from]);
  for (const node of seen) {
    for (const target of graph.get(node) ?? []) if (graph.has(target)) seen.add(target);
  }
  return seen;
}

describe('cyclesOf', () => {
  it.each([
    ['nothing', {}, []],
    ['a chain', { a: ['b'], b: ['c'], c: [] }, []],
    ['a node that waits for itself', { a: ['a'] }, []],
    ['a node that is not there', { a: ['x'], b: ['a'] }, []],
    ['a swap, and one who waits for it', { x: ['a'], a: ['b'], b: ['a'] }, [['a', 'b']]],
    ['a ring', { a: ['b'], b: ['c'], c: ['a'] }, [['a', 'b', 'c']]],
    [
      'two rings, one behind the other',
      { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
  ])('finds in %s', (_name, graph, expected) => {
    expect(cyclesOf(new Map(Object.entries(graph)))).toEqual(expected);
  });

  it('groups nodes that reach each other', () => {
    const node = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const anyGraph = fc
      .array(fc.tuple(node, fc.array(node, { maxLength: 3 })))
      .map((pairs) => new Map<string, readonly string[]>(pairs));
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const together = (one: string, other: string): boolean =>
          one !== other && reach(graph, one).has(other) && reach(graph, other).has(one);
        const expected = [...graph.keys()].map((each) =>
          [...graph.keys()].filter((other) => together(each, other)),
        );
        const groups = cyclesOf(graph);
        const found = [...graph.keys()].map((each) =>
          (groups.find((group) => group.includes(each)) ?? []).filter((other) => other !== each),
        );
        expect(found).toEqual(expected);
      }),
    );
  });

  it('follows long chains', () => {
    const length = 50_000;
    const graph = new Map(
      Array.from({ length }, (_, index) => [String(index), [String((index + 1) % length)]]),
    );
    expect(cyclesOf(graph).map((cycle) => cycle.length)).toEqual([length]);
  });
});
