import { nearest } from '../api/fields.ts';
import { KINDS, type Kind, type ObjectRef } from '../api/object.ts';
import { usageError } from './exit.ts';

const ALL = Object.keys(KINDS) as Kind[];

const namesOf = (kind: Kind): readonly string[] => [
  kind.toLowerCase(),
  KINDS[kind].plural,
  KINDS[kind].short,
];

const known = (): string => ALL.map((kind) => `${KINDS[kind].plural} (${KINDS[kind].short})`).join(', ');

/** The kind that a word names: singular, plural or short, in any case. @throws CliError (usage) */
export function kindOf(word: string): Kind {
  const lower = word.toLowerCase();
  const kind = ALL.find((candidate) => namesOf(candidate).includes(lower));
  if (kind !== undefined) return kind;
  const near = nearest(lower, ALL.flatMap(namesOf));
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  throw usageError(`unknown kind "${word}"${hint} expected ${known()}`.replace('" expected', '"; expected'));
}

/** `rt,pa` or `all`. @throws CliError (usage) */
export function kindsOf(words: string): readonly Kind[] {
  if (words === 'all') return ALL;
  return [...new Set(words.split(',').map(kindOf))];
}

/**
 * Objects as commands name them: `KIND NAME…`, or `KIND/NAME…`.
 * @throws CliError (usage) for a kind without a name, or both forms at once.
 */
export function refsOf(words: readonly string[]): readonly ObjectRef[] {
  const [first = '', ...rest] = words;
  if (words.some((word) => word.includes('/'))) return distinct(words).map(refOfWord);
  const kind = kindOf(first);
  if (rest.length === 0)
    throw usageError(`expected a name after ${first}, such as ${first} NAME or ${first}/NAME`);
  return distinct(rest).map((name) => ({ kind, name }));
}

const distinct = (words: readonly string[]): readonly string[] => [...new Set(words)];

function refOfWord(word: string): ObjectRef {
  const [kind = '', name = '', ...rest] = word.split('/');
  if (name === '' || rest.length > 0)
    throw usageError(`expected KIND/NAME such as router/vyos-57, got "${word}"`);
  return { kind: kindOf(kind), name };
}

/** `router/vyos-57`: an object as commands print and take it. */
export const refName = (ref: ObjectRef): string => `${ref.kind.toLowerCase()}/${ref.name}`;
