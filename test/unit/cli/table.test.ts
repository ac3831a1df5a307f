import { describe, expect, it } from 'vitest';
import { formatSince, formatSpan, formatTable } from '../../../src/cli/table.ts';

describe('formatTable', () => {
  it('aligns columns without lines, and marks what is empty', () => {
    const text = formatTable(
      ['NAME', 'READY'],
      [
        ['vyos-35', 'True'],
        ['b', ''],
      ],
    );
    expect(text).toBe('NAME      READY\nvyos-35   True\nb         -');
  });

  it('keeps a row on one line, and the terminal as it is', () => {
    expect(formatTable(['MESSAGE'], [['a\nb\u001b[31mc\u0007']])).toBe('MESSAGE\na b[31mc');
  });

  it('knows the width of wide characters', () => {
    expect(formatTable(['A', 'B'], [['東京', 'x']])).toBe('A      B\n東京   x');
  });
});

describe('formatSpan', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [999, '0s'],
    [61_000, '1m1s'],
    [3_600_000, '1h'],
    [3_605_000, '1h'],
    [90_061_000, '1d1h'],
    [8_640_000_000, '100d'],
  ])('%d ms: %s', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });
});

describe('formatSince', () => {
  it('says nothing of a time that is none', () => {
    const now = Date.parse('2026-01-01T00:01:00Z');
    expect(formatSince('2026-01-01T00:00:00Z', now)).toBe('1m');
    expect(formatSince(undefined, now)).toBe('-');
    expect(formatSince('yesterday', now)).toBe('-');
  });
});
