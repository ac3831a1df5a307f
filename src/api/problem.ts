/** One thing that is wrong with an object, said so that its author can put it right without reading any code. */
export interface FieldProblem {
  /** Such as `spec.hops[0].subnet`; empty for the document as a whole. */
  readonly field: string;
  /** The offending value, quoted and shortened; empty when there is none (a missing field). */
  readonly value: string;
  /** What was expected and what was found; complete in itself, but for the field's name. */
  readonly message: string;
  /** Position in the text, both counted from 1; absent when the text has none (a value that was built). */
  readonly line?: number;
  readonly column?: number;
}

const LONGEST_VALUE = 60;
const LONGEST_KEY = 40;

const shorten = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit)}…`;

/** A value on one short line: what a message may carry into a terminal, a log line or a condition. */
export function quoteValue(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return `"${shorten(JSON.stringify(value).slice(1, -1), LONGEST_VALUE)}"`;
  if (Array.isArray(value)) return `[${quoteCount(value.length, 'entry', 'entries')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${shorten(Object.keys(value).map(printable).join(', '), LONGEST_VALUE)}}`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? 'null' : typeof value;
}

const quoteCount = (count: number, one: string, many: string): string =>
  `${String(count)} ${count === 1 ? one : many}`;

/** Without control characters, which could forge lines or move a terminal's cursor. */
const printable = (text: string): string => shorten(JSON.stringify(text).slice(1, -1), LONGEST_KEY);

/** `spec.hops[0].subnet`; names that are no identifiers are put in brackets: `metadata.labels["a.b/c"]`. */
export function fieldText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${String(part)}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(String(part)) && String(part).length <= LONGEST_KEY) {
      text += text === '' ? String(part) : `.${String(part)}`;
    } else text += `["${printable(String(part))}"]`;
  }
  return text;
}

/** The path that a text of `fieldText` stands for, as far as it is one. */
export function fieldPath(field: string): PropertyKey[] {
  const part = /([A-Za-z_][\w-]*)|\[([0-9]+)\]|\["((?:[^"\\]|\\.)*)"\]/g;
  return [...field.matchAll(part)].map(([, name, index, quoted]) => {
    if (index !== undefined) return Number(index);
    return name ?? (JSON.parse(`"${quoted ?? ''}"`) as string);
  });
}

/** One line for people: field, what was expected, and the value unless the message has it already. */
export function problemText(problem: FieldProblem): string {
  const value =
    problem.value === '' || problem.message.includes(problem.value) ? '' : ` (value: ${problem.value})`;
  return `${problem.field === '' ? '' : `${problem.field}: `}${problem.message}${value}`;
}
