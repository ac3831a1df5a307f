import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortDigest } from '../../../../src/core/render/digest.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The first `length` groups of five bits of a text's SHA-256, as another implementation has it. */
function expected(text: string, length: number): string {
  const bits = [...createHash('sha256').update(text).digest()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return Array.from({ length }, (_, index) => {
    return ALPHABET.charAt(Number.parseInt(bits.slice(index * 5, index * 5 + 5), 2));
  }).join('');
}

describe('shortDigest', () => {
  it('is the start of SHA-256 in base32', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 51 }), (text, length) => {
        expect(shortDigest(text, length)).toBe(expected(text, length));
      }),
    );
  });
});
