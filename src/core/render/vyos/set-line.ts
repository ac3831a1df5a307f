import type { VyosRelease } from '../../../api/router.ts';
import { unwritable } from './set-text.ts';
import { isBlock, isTag, isTagged, isText, isValue } from './schema.ts';

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

/** VyOS writes what comes after the name of a block without quotes. */
const UNNAMEABLE = /[\s{}\\]|\/\//;

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
    return bad.text === '' ? 'a value is empty' : `VyOS takes no quote in a value, as in ${bad.text}`;
  return misplacedAs(rest, release) ?? parsed(rest, release);
}

/** The AS number stands elsewhere than it did, and lines for another release would make a second BGP. @returns a sentence; undefined: all is well. */
function misplacedAs([first, second, third]: readonly Word[], release: VyosRelease): string | undefined {
  if (first?.text !== 'protocols' || second?.text !== 'bgp' || third === undefined) return undefined;
  const numbered = /^[0-9]+$/.test(third.text);
  if (numbered === (release === '1.3')) return undefined;
  return numbered
    ? `VyOS ${release} has no AS number after protocols bgp`
    : `VyOS ${release} has the AS number after protocols bgp, found ${third.text}`;
}

function parsed(words: readonly Word[], release: VyosRelease): SetLine | string {
  const path: Step[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const { text: name, quoted } = words[at] ?? { text: '', quoted: false };
    if (quoted) return `expected the name of an option, found the value '${name}'`;
    if (!/^[A-Za-z0-9][\w-]*$/.test(name)) return `expected the name of an option, found ${name}`;
    const next = words[at + 1];
    const last = at + 2 === words.length;
    const names = [...path.map((step) => step.name), name];
    const tagged = isTagged(names, release);
    if (tagged && next === undefined) return `${name} needs a name, number or address after it`;
    if (next !== undefined && (tagged || (at > 0 && !last && !next.quoted && isTag(next.text)))) {
      if (UNNAMEABLE.test(next.text))
        return `VyOS takes no spaces, braces, backslashes or // in a name, as in ${next.text}`;
      path.push({ name, tag: next.text });
      at += 1;
      continue;
    }
    if (next !== undefined && last && (next.quoted || isValue(name, next.text)))
      return { path, option: { name, value: next.text } };
    if (isText(name))
      return next === undefined
        ? `${name} needs a value after it`
        : `${name} has one value: put it between quotes if it has spaces`;
    if (next === undefined && !isBlock(name)) return { path, option: { name, value: undefined } };
    path.push({ name, tag: undefined });
  }
  return { path, option: undefined };
}
