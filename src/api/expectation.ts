import type { z } from 'zod';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map of fields',
  record: 'a map of names to strings',
};

const list = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1) ?? ''}`;

const entries = (count: number | bigint): string => (Number(count) === 1 ? 'entry' : 'entries');

function ofSize(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>): string {
  const small = issue.code === 'too_small';
  const bound = small ? issue.minimum : issue.maximum;
  const exclusive = issue.inclusive === false;
  switch (issue.origin) {
    case 'array':
      return `a list of ${issue.exact === true ? 'exactly' : small ? 'at least' : 'at most'} ${String(bound)} ${entries(bound)}`;
    case 'string':
      if (small && Number(bound) === 1) return 'a string that is not empty';
      return `a string of at ${small ? 'least' : 'most'} ${String(bound)} characters`;
    default:
      if (exclusive) return `a number ${small ? 'above' : 'below'} ${String(bound)}`;
      return `a number of at ${small ? 'least' : 'most'} ${String(bound)}`;
  }
}

/**
 * What a schema would have accepted, as a phrase that follows "expected ". It is zod's error map of a parse, so a
 * schema that brings a phrase of its own (all of quantity.ts do) is not asked here.
 */
export function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return list(issue.values.map(String));
    case 'too_small':
    case 'too_big':
      return ofSize(issue);
    case 'invalid_union':
      return list([...new Set(issue.errors.map((branch) => branch[0]?.message ?? ''))]);
    case 'invalid_key':
      return `as a name ${list(issue.issues.map((inner) => inner.message))}`;
    default:
      return 'something else';
  }
}

const numeric = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));

/** The commonest slips with YAML's types, and how to undo them. */
export function typeHint(issue: z.core.$ZodIssueInvalidType, value: unknown): string {
  const { expected } = issue;
  if (issue.message === TYPES['string'] && (typeof value === 'number' || typeof value === 'boolean')) {
    return '; put it in quotes';
  }
  const wantsNumber = expected === 'number' || expected === 'int';
  if (wantsNumber && typeof value === 'string' && numeric(value)) return '; remove the quotes';
  if (expected === 'boolean' && (value === 'true' || value === 'false')) return '; remove the quotes';
  return '';
}

/** `the number 57`: the value with its type, for when the type is what is wrong. */
export function typedValue(value: unknown, quoted: string): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return `a list ${quoted}`;
  if (typeof value === 'object') return `a map ${quoted}`;
  return `the ${typeof value} ${quoted}`;
}
