import { stringify } from 'yaml';
import type { ObjectRef, TestbedObject } from './object.ts';
import { refOf } from './object.ts';
import { checkValue, refOfValue, sizeProblem } from './parse.ts';
import { type FieldProblem, fieldPath } from './problem.ts';
import { type Position, readSource, type SourceDocument } from './source.ts';

/** Where a document came from, for messages such as `lab.yaml:12`. */
export interface DocumentSource {
  readonly name: string;
  readonly line: number;
}

export interface GoodDocument {
  readonly ok: true;
  readonly source: DocumentSource;
  readonly ref: ObjectRef;
  readonly object: TestbedObject;
  /** Where the text has a field, or the innermost part of it that is there: for checks that come after this one. */
  readonly locate: (field: string) => Position;
  /** What to store: as the user wrote it, with comments, where it was a document of its own. */
  readonly text: string;
}

export interface BadDocument {
  readonly ok: false;
  readonly source: DocumentSource;
  /** As far as kind and name can be told. */
  readonly ref?: ObjectRef;
  readonly problems: readonly FieldProblem[];
}

export type ParsedDocument = GoodDocument | BadDocument;

/** A file is the user's own, on the user's own machine: it may be long. */
const MAX_TOKENS = 20_000_000;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `hinge get -o yaml` prints the status too; what it printed can be applied again. */
function withoutStatus(value: unknown): unknown {
  if (!isRecord(value) || !('status' in value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([field]) => field !== 'status'));
}

/** The objects in one document: itself, or the entries of a JSON list or of a `kind: List`. */
function* entriesOf(value: unknown): Generator<{ path: readonly PropertyKey[]; value: unknown }> {
  const list = Array.isArray(value)
    ? { items: value as unknown[], base: [] }
    : isRecord(value) && value['kind'] === 'List' && Array.isArray(value['items'])
      ? { items: value['items'] as unknown[], base: ['items'] }
      : undefined;
  if (list === undefined) yield { path: [], value };
  else for (const [index, item] of list.items.entries()) yield { path: [...list.base, index], value: item };
}

function* parseEntries(document: SourceDocument, name: string): Generator<ParsedDocument> {
  for (const entry of entriesOf(document.value)) {
    const value = withoutStatus(entry.value);
    const source = { name, line: document.locate(entry.path, 'value').line };
    const ref = refOfValue(value);
    const text = entry.path.length === 0 && value === entry.value ? document.text : stringify(value);
    const tooLarge = sizeProblem(text);
    const result =
      tooLarge === undefined
        ? checkValue(value, (path, what) => document.locate([...entry.path, ...path], what))
        : { ok: false as const, problems: [tooLarge] };
    if (result.ok) {
      const { object } = result;
      const locate = (field: string): Position =>
        document.locate([...entry.path, ...fieldPath(field)], 'value');
      yield { ok: true, source, ref: refOf(object), object, locate, text };
    } else yield { ok: false, source, ...(ref && { ref }), problems: result.problems };
  }
}

/**
 * All objects in a text that a user gave: YAML documents, JSON, lists of either, `kind: List`. Never throws. Empty
 * documents are passed over; positions are lines of this text.
 * @param name the file's name, for messages
 */
export function parseDocuments(text: string, name: string): readonly ParsedDocument[] {
  const read = readSource(text, MAX_TOKENS);
  if ('problem' in read)
    return [{ ok: false, source: { name, line: read.problem.line ?? 1 }, problems: [read.problem] }];
  const parsed: ParsedDocument[] = [];
  for (const document of read.documents) {
    if (document.problems.length > 0) {
      parsed.push({ ok: false, source: { name, line: document.start.line }, problems: document.problems });
    } else if (document.value !== null) parsed.push(...parseEntries(document, name));
  }
  return parsed;
}
