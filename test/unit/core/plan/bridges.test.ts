import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bridgesOf } from '../../../../src/core/plan/bridges.ts';

interface Edge {
  readonly key: string;
  readonly first: string;
  readonly second: string;
}

const edge = (first: string, second: string): Edge => ({ key: `${first}-${second}`, first, second });

const anyGraph = fc
  .uniqueArray(
    fc.tuple(fc.nat(7), fc.nat(7)).filter(([one, other]) => one < other),
    {
      selector: ([one, other]) => `${String(one)} ${String(other)}`,
      maxLength: 14,
    },
  )
  .map((pairs) => pairs.map(([one, other]) => edge(String(one), String(other))));

/** Whether `first` reaches `second` over these edges. */
function joined(edges: readonly Edge[], { first, second }: Edge): boolean {
  const reached = new Set([first]);
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const { first: one, second: other } of edges)
      if (reached.has(one) || reached.has(other)) reached.add(one).add(other);
  }
  return reached.has(second);
}

describe('bridgesOf', () => {
  it('finds every edge of a chain, and none of a ring', () => {
    const chain = ['a-b', 'b-c', 'c-d'].map((key) => edge(key.charAt(0), key.charAt(2)));
    expect([...bridgesOf(chain)].sort()).toEqual(['a-b', 'b-c', 'c-d']);
    expect(bridgesOf([...chain, edge('a', 'd')]).size).toBe(0);
  });

  it('takes a chain of any length', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => edge(String(at), String(at + 1)));
    expect(bridgesOf(chain).size).toBe(20_000);
  });

  it('finds the edges without which their ends are apart, in any graph', () => {
    fc.assert(
      fc.property(anyGraph, (edges) => {
        const without = ({ key }: Edge): readonly Edge[] => edges.filter((other) => other.key !== key);
        const expected = edges.filter((one) => !joined(without(one), one)).map(({ key }) => key);
        expect([...bridgesOf(edges)].sort()).toEqual(expected.sort());
      }),
      { numRuns: 500 },
    );
  });
});
