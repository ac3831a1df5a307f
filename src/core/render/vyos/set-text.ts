import type { Item } from './item.ts';

/** VyOS takes no quote inside a value, in neither form, so that nothing has to be escaped between two of them. */
export const unwritable = (value: string): boolean => /['"\n\r]/.test(value);

/** The `set` commands that make a configuration, as `show configuration commands` prints them. */
export const setText = (items: readonly Item[]): string =>
  items
    .flatMap((item) => linesOf(item, 'set'))
    .map((line) => `${line}\n`)
    .join('');

function linesOf(item: Item, before: string): readonly string[] {
  const here = `${before} ${item.name}`;
  if (item.kind === 'leaf') return [item.value === undefined ? here : `${here} '${item.value}'`];
  const inside = item.tag === undefined ? here : `${here} ${wordOf(item.tag)}`;
  return item.items.length === 0 ? [inside] : item.items.flatMap((one) => linesOf(one, inside));
}

const wordOf = (tag: string): string => (/^[\w.:/@%+-]+$/.test(tag) ? tag : `'${tag}'`);
