import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPrefix, overlap, parsePrefix, type Prefix, sizeOf } from '../../../../src/core/plan/ipv4.ts';
import { PrefixTree } from '../../../../src/core/plan/prefix-tree.ts';

/** Prefixes within 10.0.0.0/24, so that they often overlap. */
const anyPrefix = fc
  .record({ host: fc.nat(255), length: fc.integer({ min: 24, max: 32 }) })
  .map(({ host, length }) => parsePrefix(`10.0.0.${String(host)}/${String(length)}`));

const pool = parsePrefix('10.0.0.0/24');

function treeOf(prefixes: readonly Prefix[]): PrefixTree<string> {
  const tree = new PrefixTree<string>();
  for (const prefix of prefixes) tree.set(prefix, formatPrefix(prefix));
  return tree;
}

/** What `firstFree` should find, tried one by one. */
function firstGap(taken: readonly Prefix[], length: number, from: number): number | undefined {
  const size = 2 ** (32 - length);
  for (let base = Math.ceil(from / size) * size; base < pool.base + sizeOf(pool); base += size) {
    if (!taken.some((prefix) => overlap(prefix, { base, length }))) return base;
  }
  return undefined;
}

describe('PrefixTree', () => {
  it('finds what overlaps a prefix', () => {
    fc.assert(
      fc.property(fc.array(anyPrefix, { maxLength: 20 }), anyPrefix, (prefixes, wanted) => {
        const expected = prefixes.filter((prefix) => overlap(prefix, wanted)).map(formatPrefix);
        expect(treeOf(prefixes).overlapping(wanted).sort()).toEqual([...new Set(expected)].sort());
      }),
    );
  });

  it('finds the first gap', () => {
    const length = fc.integer({ min: 24, max: 32 });
    fc.assert(
      fc.property(fc.array(anyPrefix, { maxLength: 20 }), length, fc.nat(256), (prefixes, bits, offset) => {
        const from = pool.base + offset;
        expect(treeOf(prefixes).firstFree(pool, bits, from)).toBe(firstGap(prefixes, bits, from));
      }),
    );
  });

  it('forgets what is deleted, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(anyPrefix, { maxLength: 20 }), fc.array(anyPrefix), (prefixes, deleted) => {
        const tree = treeOf(prefixes);
        for (const prefix of deleted) tree.delete(prefix);
        const gone = new Set(deleted.map(formatPrefix));
        const rest = prefixes.map(formatPrefix).filter((text) => !gone.has(text));
        expect(tree.overlapping(pool).sort()).toEqual([...new Set(rest)].sort());
        expect(tree.firstFree(pool, 24)).toBe(rest.length === 0 ? pool.base : undefined);
      }),
    );
  });

  it('knows the ends of the address space', () => {
    const tree = treeOf([parsePrefix('255.255.255.255/32')]);
    expect(tree.overlapping(parsePrefix('255.255.255.0/24'))).toEqual(['255.255.255.255/32']);
    expect(tree.overlapping(parsePrefix('0.0.0.0/0'))).toEqual(['255.255.255.255/32']);
    expect(tree.overlapping(parsePrefix('0.0.0.0/1'))).toEqual([]);
    expect(tree.firstFree(parsePrefix('255.255.255.254/31'), 32)).toBe(2 ** 32 - 2);
  });
});
