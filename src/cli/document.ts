import { stringify } from 'yaml';
import { API_VERSION } from '../api/meta.ts';
import { readSource } from '../api/source.ts';
import type { ObjectView } from './view.ts';

const MAX_TOKENS = 50_000;

/** What a bad text holds, as far as it is YAML at all. */
function rawOf(text: string | undefined): Readonly<Record<string, unknown>> {
  const source = readSource(text ?? '', MAX_TOKENS);
  const value = 'documents' in source ? source.documents[0]?.value : undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** An object as `hinge get -o yaml` shows it: with defaults and status. What cannot be read is shown as it is. */
export function documentOf(view: ObjectView): Readonly<Record<string, unknown>> {
  const { object, accepted, ref, status } = view;
  const written = object ?? (view.text === undefined ? accepted?.object : undefined);
  const identity = { apiVersion: API_VERSION, kind: ref.kind, metadata: { name: ref.name } };
  return { ...(written ?? { ...identity, ...rawOf(view.text) }), ...(status !== undefined && { status }) };
}

export type DocumentFormat = 'yaml' | 'json';

/** One object as itself, several as a list. */
export function formatDocuments(
  documents: readonly Readonly<Record<string, unknown>>[],
  format: DocumentFormat,
  asList: boolean,
): string {
  const value = asList ? { apiVersion: 'v1', kind: 'List', items: documents } : documents[0];
  return format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : toYaml(value);
}

export const toYaml = (value: unknown): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
