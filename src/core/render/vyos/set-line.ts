import type { VyosRelease } from '../../../api/router.ts';
import { unwritable } from './set-text.ts';
import { isBlock, isTagged, isValue } from './schema.ts';

/** A block on the way to what a line is about. */
export interface Step {
  readonly name: string;
  readonly tag: string | undefined;
}

/** What one `set` line says. */
export interface SetLine {
  readonly path: readonly Step[];
  /** The option that is set; undefined: the last block of the path is to be there. */
  readonly option: { readonly name: string; readonly value: string | undefined } | undefined;
}

interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

const WORDS = /\s*(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s'"]+))(?=\s|$)/y;

/** @returns undefined: a quote is not closed, or is in the middle of a word. */
function wordsOf(line: string): readonly Word[] | undefined {
  const words: Word[] = [];
  const text = line.trim();
  WORDS.lastIndex = 0;
  while (WORDS.lastIndex < text.length) {
    const found = WORDS.exec(text);
    if (found === null) return undefined;
    const [, single, double, bare] = found;
    const inside = single ?? double?.replace(/\\(["\\])/g, '$1');
    words.push({ text: inside ?? bare ?? '', quoted: inside !== undefined });
  }
  return words;
}

/** @returns what the line says, or a sentence for people about what is wrong with it. */
export function readSetLine(line: string, release: VyosRelease): SetLine | string {
  const words = wordsOf(line);
  if (words === undefined) return 'a quote is not closed, or is not around the whole word';
  const [command, ...rest] = words;
  if (command?.text !== 'set' || command.quoted)
    return `expected a line that begins with set, found ${command?.text ?? 'nothing'}`;
  if (rest.length < 2) return 'expected the path of an option after set';
  const bad = rest.find(({ text }) => unwritable(text) || text === '');
  if (bad !== undefined)
    return bad.text === '' ? 'a value is empty' : `VyOS takes no single quote in a value, as in ${bad.text}`;
  return parsed(rest, release);
}

function parsed(words: readonly Word[], release: VyosRelease): SetLine | string {
  const path: Step[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const { text: name, quoted } = words[at] ?? { text: '', quoted: false };
    if (quoted) return `expected the name of an option, found the value '${name}'`;
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) return `expected the name of an option, found ${name}`;
    const next = words[at + 1];
    const names = [...path.map((step) => step.name), name];
    if (isTagged(names, release)) {
      if (next === undefined) return `${name} needs a name, number or address after it`;
      path.push({ name, tag: next.text });
      at += 1;
      continue;
    }
    const last = at + 2 === words.length;
    if (next !== undefined && last && (next.quoted || isValue(name, next.text)))
      return { path, option: { name, value: next.text } };
    if (next === undefined && !isBlock(name)) return { path, option: { name, value: undefined } };
    path.push({ name, tag: undefined });
  }
  return { path, option: undefined };
}
