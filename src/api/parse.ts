import { z } from 'zod';
import { expectation, typedValue, typeHint } from './expectation.ts';
import { nearest, suggestField } from './fields.ts';
import { API_VERSION } from './meta.ts';
import { KINDS, type Kind, type ObjectRef, type TestbedObject } from './object.ts';
import { type FieldProblem, fieldText, quoteValue } from './problem.ts';
import { type Position, readSource } from './source.ts';

/** Longest document that is read; below etcd's own default limit of 1.5 MiB a request. */
export const MAX_OBJECT_BYTES = 1024 * 1024;

/** A value of 1 MiB of brackets takes the YAML library 20 s; this many tokens take half a second at the worst. */
const MAX_TOKENS = 50_000;

/** More than a reader would act on at a time. */
const MAX_PROBLEMS = 20;

export type ParseResult =
  | { readonly ok: true; readonly object: TestbedObject }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

export type Locate = (path: readonly PropertyKey[], what: 'key' | 'value') => Position | undefined;

/** What is wrong with a text as a whole, so that nothing in it can be looked at. */
export const documentProblem = (message: string, value = ''): FieldProblem => ({ field: '', value, message });

export function sizeProblem(text: string, how = ''): FieldProblem | undefined {
  const size = new TextEncoder().encode(text).length;
  if (size <= MAX_OBJECT_BYTES) return undefined;
  return documentProblem(
    `expected at most ${String(MAX_OBJECT_BYTES)} bytes${how}, got ${String(size)} bytes`,
  );
}

const failed = (...problems: FieldProblem[]): ParseResult => ({ ok: false, problems });

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.hasOwn(current, part) ? (current as Record<PropertyKey, unknown>)[part] : undefined;
  }
  return current;
}

/** @returns the problem at a path, with its value and position filled in. */
type Report = (path: readonly PropertyKey[], message: string, what?: 'key' | 'value') => FieldProblem;

const reporter =
  (value: unknown, locate: Locate): Report =>
  (path, message, what = 'value') => ({
    field: fieldText(path),
    value: quoteValue(valueAt(value, path)),
    message,
    ...locate(path, what),
  });

function ofIssue(issue: z.core.$ZodIssue, kind: Kind, value: unknown, report: Report): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => {
      const path = [...issue.path, name];
      return report(path, `unknown field ${fieldText(path)}; ${suggestField(kind, issue.path, name)}`, 'key');
    });
  }
  const found = valueAt(value, issue.path);
  if (found === undefined) return [report(issue.path, `expected ${issue.message}, but the field is missing`)];
  const quoted = quoteValue(found);
  if (issue.code !== 'invalid_type') return [report(issue.path, `expected ${issue.message}, got ${quoted}`)];
  const hint = typeHint(issue, found);
  return [report(issue.path, `expected ${issue.message}, got ${typedValue(found, quoted)}${hint}`)];
}

const KIND_NAMES = Object.keys(KINDS) as Kind[];
const kindList = `${KIND_NAMES.slice(0, -1).join(', ')} or ${KIND_NAMES.at(-1) ?? ''}`;

/** Which schema the value is to be read with. An object of another kind or version gets this one problem, not fifty. */
function identify(value: Readonly<Record<string, unknown>>, report: Report): Kind | FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { apiVersion, kind } = value;
  const got = (field: unknown): string =>
    field === undefined ? 'but the field is missing' : `got ${quoteValue(field)}`;
  if (apiVersion !== API_VERSION) {
    problems.push(report(['apiVersion'], `expected ${API_VERSION}, ${got(apiVersion)}`));
  }
  const known = KIND_NAMES.find((name) => name === kind);
  if (known === undefined) {
    const near = typeof kind === 'string' ? nearest(kind, KIND_NAMES) : undefined;
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    problems.push(report(['kind'], `expected ${kindList}, ${got(kind)}${hint}`));
  }
  return known !== undefined && problems.length === 0 ? known : problems;
}

/** @returns the object that a plain value stands for, with defaults filled in. */
export function checkValue(value: unknown, locate: Locate = () => undefined): ParseResult {
  const report = reporter(value, locate);
  if (!isRecord(value)) {
    const got = value === undefined || value === null ? 'nothing' : typedValue(value, quoteValue(value));
    return failed(report([], `expected a map with apiVersion, kind, metadata and spec, got ${got}`));
  }
  const kind = identify(value, report);
  if (typeof kind !== 'string') return failed(...kind);
  const parsed = KINDS[kind].schema.safeParse(value, { error: expectation });
  if (parsed.success) {
    const tooLarge = sizeProblem(JSON.stringify(parsed.data), ' as JSON, which is what is kept of it');
    return tooLarge === undefined ? { ok: true, object: parsed.data } : failed(tooLarge);
  }
  const problems = parsed.error.issues.flatMap((issue) => ofIssue(issue, kind, value, report));
  const more = problems.length - MAX_PROBLEMS;
  if (more <= 0) return failed(...problems);
  return failed(
    ...problems.slice(0, MAX_PROBLEMS),
    documentProblem(`there are ${String(more)} more problems like these`),
  );
}

/** Kind and name as far as a value has them: enough to say which object a problem is about. */
export function refOfValue(value: unknown): ObjectRef | undefined {
  const kind = KIND_NAMES.find((name) => name === valueAt(value, ['kind']));
  const name = valueAt(value, ['metadata', 'name']);
  return kind !== undefined && typeof name === 'string' ? { kind, name } : undefined;
}

/**
 * What is stored at a key, as the object that it must be. Never throws, whatever the text: a problem is the answer.
 * @param key where the text is stored, for messages
 * @param ref what the key stands for; the object's kind and name must be the same
 */
export function parseObject(key: string, ref: ObjectRef, text: string): ParseResult {
  const tooLarge = sizeProblem(text);
  if (tooLarge !== undefined) return failed(tooLarge);
  const source = readSource(text, MAX_TOKENS);
  if ('problem' in source) return failed(source.problem);
  const [document, second] = source.documents;
  if (document === undefined) return failed(documentProblem(`expected one ${ref.kind}, got an empty value`));
  if (document.problems.length > 0) return failed(...document.problems.slice(0, MAX_PROBLEMS));
  if (second !== undefined) {
    return failed({ ...documentProblem('expected one document; a second one starts here'), ...second.start });
  }
  const locate: Locate = (path, what) => document.locate(path, what);
  const report = reporter(document.value, locate);
  const kind = valueAt(document.value, ['kind']);
  if (kind !== ref.kind && KIND_NAMES.some((name) => name === kind)) {
    return failed(report(['kind'], `expected ${ref.kind} at key ${key}, got ${quoteValue(kind)}`));
  }
  const result = checkValue(document.value, locate);
  const name = valueAt(document.value, ['metadata', 'name']);
  if (typeof name !== 'string' || name === ref.name) return result;
  const message = `expected "${ref.name}", the last part of the key ${key}, got ${quoteValue(name)}`;
  const problems = result.ok ? [] : result.problems.filter(({ field }) => field !== 'metadata.name');
  return failed(report(['metadata', 'name'], message), ...problems);
}
