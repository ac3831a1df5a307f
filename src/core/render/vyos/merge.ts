import type { VyosRelease } from '../../../api/router.ts';
import type { Block, Item, Leaf } from './item.ts';
import { isReplaced } from './schema.ts';
import { readSetLine, type SetLine, type Step } from './set-line.ts';

/** A line that was left out. */
export interface LineProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** How hinge itself writes what it fills in later: users' lines with it would be given what is not theirs. */
const PLACEHOLDER = /\{(?:interface|secret):/;

/** What a user wrote, on top of hinge's own, likewise. */
export function withUsersLines(
  items: readonly Item[],
  text: string,
  release: VyosRelease,
): { readonly items: readonly Item[]; readonly problems: readonly LineProblem[] } {
  const lines = text.split('\n');
  const bad = lines.flatMap((line, index) => {
    const found = PLACEHOLDER.exec(line)?.[0];
    if (found === undefined) return [];
    return [{ line: index + 1, message: `${found} is how hinge itself writes what it fills in later` }];
  });
  const rest = lines.map((line) => (PLACEHOLDER.test(line) ? '' : line)).join('\n');
  const merged = withSetLines(items, rest, release);
  return { items: merged.items, problems: [...bad, ...merged.problems] };
}

/** What is written in `set` lines on top of a configuration, as VyOS would take them one after the other; bad ones are left out and told. */
export function withSetLines(
  items: readonly Item[],
  text: string,
  release: VyosRelease,
): { readonly items: readonly Item[]; readonly problems: readonly LineProblem[] } {
  const problems: LineProblem[] = [];
  const own = new Set(items.flatMap(leavesOf));
  let merged = items;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const said = readSetLine(line, release);
    if (typeof said === 'string') problems.push({ line: index + 1, message: said });
    else merged = put(merged, said.path, { said, own, above: [] });
  }
  return { items: merged, problems };
}

const leavesOf = (item: Item): readonly Leaf[] =>
  item.kind === 'leaf' ? [item] : item.items.flatMap(leavesOf);

/** A line on its way down. */
interface Descent {
  readonly said: SetLine;
  /** Options that hinge wrote, and what has taken their place. */
  readonly own: Set<Item>;
  /** Names of the blocks that it has come through. */
  readonly above: readonly string[];
}

function put(items: readonly Item[], path: readonly Step[], descent: Descent): readonly Item[] {
  const [step, ...rest] = path;
  if (step === undefined)
    return descent.said.option === undefined ? items : withOption(items, descent.said.option, descent);
  const at = items.findIndex(
    (item) => item.kind === 'block' && item.name === step.name && item.tag === step.tag,
  );
  const found = items[at];
  const bare = found === undefined ? items.findIndex((item) => isSame(item, step)) : -1;
  const inside = found?.kind === 'block' ? found.items : [];
  const below = put(inside, rest, { ...descent, above: [...descent.above, step.name] });
  const changed: Block = { kind: 'block', ...step, items: below };
  if (found !== undefined) return items.with(at, changed);
  return bare < 0 ? [...items, changed] : items.with(bare, changed);
}

/** An option of a block's name and tag: the block itself, when no table said that it is one. */
const isSame = (item: Item, { name, tag }: Step): boolean =>
  item.name === name && (item.kind === 'leaf' ? item.value : item.tag) === tag;

function withOption(
  items: readonly Item[],
  { name, value }: NonNullable<SetLine['option']>,
  { own, above }: Descent,
): readonly Item[] {
  if (items.some((item) => isSame(item, { name, tag: value }))) return items;
  const at = items.findLastIndex((item) => item.kind === 'leaf' && item.name === name);
  const there = items[at];
  const option: Item = { kind: 'leaf', name, value };
  if (there === undefined) return [...items, option];
  if (!isReplaced([...above, name], own.has(there))) return items.toSpliced(at + 1, 0, option);
  own.add(option);
  return items.with(at, option);
}
