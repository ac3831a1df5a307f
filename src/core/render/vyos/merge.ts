import type { VyosRelease } from '../../../api/router.ts';
import { type Block, type Item } from './item.ts';
import { hasSeveral } from './schema.ts';
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
  let merged = items;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const said = readSetLine(line, release);
    if (typeof said === 'string') problems.push({ line: index + 1, message: said });
    else merged = put(merged, said.path, said, []);
  }
  return { items: merged, problems };
}

function put(
  items: readonly Item[],
  path: readonly Step[],
  line: SetLine,
  above: readonly string[],
): readonly Item[] {
  const [step, ...rest] = path;
  if (step === undefined) return line.option === undefined ? items : withOption(items, line.option, above);
  const at = items.findIndex(
    (item) => item.kind === 'block' && item.name === step.name && item.tag === step.tag,
  );
  const found = items[at];
  const inside = found?.kind === 'block' ? found.items : [];
  const changed: Block = { kind: 'block', ...step, items: put(inside, rest, line, [...above, step.name]) };
  return found === undefined ? [...items, changed] : items.with(at, changed);
}

function withOption(
  items: readonly Item[],
  { name, value }: NonNullable<SetLine['option']>,
  above: readonly string[],
): readonly Item[] {
  const option: Item = { kind: 'leaf', name, value };
  const at = items.findIndex(
    (item) =>
      item.kind === 'leaf' && item.name === name && (!hasSeveral([...above, name]) || item.value === value),
  );
  return at < 0 ? [...items, option] : items.with(at, option);
}
