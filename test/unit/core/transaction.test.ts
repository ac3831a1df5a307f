import { describe, expect, it } from 'vitest';
import { bytesOf, chunksOf, MAX_COMMIT_BYTES } from '../../../src/core/transaction.ts';

const split = (sizes: readonly number[], most = 100): readonly (readonly number[])[] =>
  chunksOf(sizes, (size) => size, most);

describe('the commits that many writes are split into', () => {
  it('are none for nothing', () => {
    expect(split([])).toEqual([]);
  });

  it('have so many bytes at most, and keep the order', () => {
    const half = MAX_COMMIT_BYTES / 2;
    expect(split([half, half, 1])).toEqual([[half, half], [1]]);
    expect(split([900_000, 900_000, 0, 300_000, 1])).toEqual([[900_000], [900_000, 0, 300_000], [1]]);
  });

  it('have so many writes at most', () => {
    expect(split([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('have what is too large by itself alone', () => {
    expect(split([1, MAX_COMMIT_BYTES + 1, 2])).toEqual([[1], [MAX_COMMIT_BYTES + 1], [2]]);
  });
});

describe('the size of a value', () => {
  it('is counted in bytes, not in characters', () => {
    expect(bytesOf('Zürich ☃')).toBe(11);
  });
});
