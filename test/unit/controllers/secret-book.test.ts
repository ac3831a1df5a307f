import { describe, expect, it } from 'vitest';
import { SecretBook } from '../../../src/controllers/secret-book.ts';
import { passwordText } from '../../../src/core/render/frr-secrets.ts';

const PREFIX = '/hinge/secrets/';
const stored = (name: string, value: string, modRevision: bigint) => ({
  key: `${PREFIX}${name}`,
  value,
  createRevision: 1n,
  modRevision,
  leased: false,
});
const line = (secret: string): string =>
  ` neighbor 10.0.0.1 password ${passwordText({ secret, revision: '1' })}`;

describe('SecretBook', () => {
  it('tells plans a revision, and routers the value', () => {
    const book = new SecretBook(PREFIX);
    book.read([stored('core', 's3cr$&t', 7n)]);
    expect(book.get('core')).toEqual({ revision: '7' });
    expect(book.filled('frr', { text: line('core'), hash: 'h' })).toEqual({
      text: ' neighbor 10.0.0.1 password s3cr$&t',
      hash: 'h',
    });
  });

  it('knows what was read last, and nothing else', () => {
    const book = new SecretBook(PREFIX);
    book.read([stored('core', 'one', 7n)]);
    book.read([stored('other', 'two', 8n)]);
    expect(book.get('core')).toBeUndefined();
    expect(() => book.filled('frr', { text: line('core'), hash: 'h' })).toThrow(
      /secret core is gone; the router keeps/,
    );
  });

  it.each([
    ['a line break', 'hunter2\n', /ends with a line break/],
    ['a space', 'hunter 2', /got 8 characters/],
    ['too much', 'x'.repeat(81), /got 81 characters/],
    ['other alphabets', 'pässword', /printable ASCII/],
  ])('says why a value with %s cannot be used, and not what it is', (_, value, expected) => {
    const book = new SecretBook(PREFIX);
    book.read([stored('core', value, 7n)]);
    const state = book.get('core');
    const why = state !== undefined && 'unusable' in state ? state.unusable : '';
    expect(why).toMatch(expected);
    expect(why).not.toContain(value.trim());
    expect(() => book.filled('frr', { text: line('core'), hash: 'h' })).toThrow('secret core is gone');
  });
});
