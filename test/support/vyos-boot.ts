import { type Block, flag, type Item, leaf } from '../../src/core/render/vyos/item.ts';

interface Open {
  readonly name: string;
  readonly tag: string | undefined;
  readonly items: Item[];
}

const COMMENT = /^(\/\/|\/\*)/;
const WORD = '([^\\s"{}]+|"[^"]*")';
const OPENS = new RegExp(`^(\\S+)(?: ${WORD})? \\{$`);
const OPTION = new RegExp(`^([^\\s"{}]+)(?: ${WORD})?$`);

/** Reads a config.boot back, with no grammar but its own form. @throws Error that names the line. */
export function readBoot(text: string): readonly Item[] {
  const root: Open = { name: '', tag: undefined, items: [] };
  const open: Open[] = [root];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const top = open.at(-1) ?? root;
    const depth = open.length - (line === '}' ? 2 : 1);
    if (line === '' || COMMENT.test(line)) continue;
    if (raw !== ' '.repeat(4 * depth) + line)
      throw new Error(`line ${String(index + 1)} is not indented: ${raw}`);
    if (line === '}') {
      open.pop();
      const above = open.at(-1);
      if (above === undefined) throw new Error(`line ${String(index + 1)} closes what is not open`);
      const done: Block = { kind: 'block', name: top.name, tag: top.tag, items: top.items };
      above.items.push(done);
      continue;
    }
    const [, name, tag] = OPENS.exec(line) ?? [];
    if (name !== undefined) {
      open.push({ name, tag: tag === undefined ? undefined : unquoted(tag), items: [] });
      continue;
    }
    const [, option, value] = OPTION.exec(line) ?? [];
    if (option === undefined) throw new Error(`line ${String(index + 1)} cannot be read: ${raw}`);
    top.items.push(value === undefined ? flag(option) : leaf(option, unquoted(value)));
  }
  if (open.length !== 1) throw new Error('a block is not closed');
  return root.items;
}

/** Backslashes stand for themselves, as VyOS reads them at boot. */
const unquoted = (word: string): string => (word.startsWith('"') ? word.slice(1, -1) : word);
