import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type GoodDocument, parseDocuments, type ParsedDocument } from '../api/documents.ts';
import { refText } from '../api/object.ts';
import { type FieldProblem, problemText } from '../api/problem.ts';
import { CliError, usageError } from './exit.ts';

const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);

/** Files that -f names: itself, standard input, or a directory's own files, sorted. */
async function filesOf(
  name: string,
  readStdin: () => Promise<string>,
): Promise<{ name: string; text: string }[]> {
  if (name === '-') return [{ name: 'standard input', text: await readStdin() }];
  try {
    if (!(await stat(name)).isDirectory()) return [{ name, text: await readFile(name, 'utf8') }];
    const entries = await readdir(name, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory() && EXTENSIONS.has(path.extname(entry.name)));
    if (files.length === 0)
      throw usageError(`-f ${name}: expected a directory with .yaml, .yml or .json files`);
    const names = files.map((entry) => path.join(name, entry.name)).sort();
    return await Promise.all(names.map(async (file) => ({ name: file, text: await readFile(file, 'utf8') })));
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw usageError(`-f ${name}: expected a file or directory that can be read (${code ?? String(error)})`);
  }
}

/** All documents in what -f names, in order. @throws CliError (usage) for a file that cannot be read, or when there is none. */
export async function readDocuments(
  names: readonly string[],
  readStdin: () => Promise<string>,
): Promise<readonly ParsedDocument[]> {
  const documents: ParsedDocument[] = [];
  for (const name of names) {
    for (const file of await filesOf(name, readStdin))
      documents.push(...parseDocuments(file.text, file.name));
  }
  if (documents.length === 0)
    throw usageError(`-f ${names.join(', ')}: expected at least one object, found none`);
  return documents;
}

/** A document and one thing that is wrong with it. */
export interface InputProblem {
  readonly document: ParsedDocument;
  readonly problem: FieldProblem;
}

/** What is wrong with the documents as such: each of its own, and objects that are there twice. */
export function problemsOf(documents: readonly ParsedDocument[]): readonly InputProblem[] {
  const seen = new Map<string, GoodDocument>();
  return documents.flatMap((document): InputProblem[] => {
    if (!document.ok) return document.problems.map((problem) => ({ document, problem }));
    const name = refText(document.ref);
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, document);
      return [];
    }
    const { source } = first;
    const message = `expected every object once, but ${name} is also at ${source.name}:${String(source.line)}`;
    return [{ document, problem: { field: 'metadata.name', value: `"${document.ref.name}"`, message } }];
  });
}

export const goodOnes = (documents: readonly ParsedDocument[]): readonly GoodDocument[] =>
  documents.filter((document) => document.ok);

/**
 * `lab.yaml:12:5: Router/vyos-57 (/hinge/desired/routers/vyos-57): spec.asn: expected …`
 * @param keyOf the key of an object, when the command knows the testbed's prefix
 */
export function inputProblemText(
  { document, problem }: InputProblem,
  keyOf?: (ref: NonNullable<ParsedDocument['ref']>) => string,
): string {
  const { source, ref } = document;
  const place = [
    source.name,
    problem.line ?? source.line,
    ...(problem.column === undefined ? [] : [problem.column]),
  ];
  const object = ref === undefined ? '' : `${refText(ref)}${keyOf === undefined ? '' : ` (${keyOf(ref)})`}: `;
  return `${place.join(':')}: ${object}${problemText(problem)}`;
}
