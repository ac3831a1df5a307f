import type { DesiredContainer, DesiredService } from '../plan/desired.ts';
import { differingFields } from './conforms.ts';
import { containerFields } from './made-from.ts';

/** A field of a container's service that is to have another value. */
export interface FieldChange {
  readonly field: keyof DesiredService | keyof DesiredContainer;
  readonly before: DesiredService[keyof DesiredService] | DesiredContainer[keyof DesiredContainer];
  readonly after: DesiredService[keyof DesiredService] | DesiredContainer[keyof DesiredContainer];
}

/** The plan has one network for all services: which one is no matter when two plans are compared. */
const NETWORK = 'management';

const isServiceField = (field: string, service: DesiredService): field is keyof DesiredService =>
  field in service;

/** Fields in which two plans of one service differ: what would differ if the first one ran. */
export function serviceChanges(before: DesiredService, after: DesiredService): readonly FieldChange[] {
  const running = { ...before, replicas: 1, networks: [NETWORK], containerLabels: before.labels };
  return differingFields(after, running, before.labels, NETWORK).flatMap((field) =>
    isServiceField(field, after) ? [{ field, before: before[field], after: after[field] }] : [],
  );
}

/** Fields in which two plans of a router's own container differ; none where there is one before or after only. */
export const containerChanges = (
  before: DesiredContainer | undefined,
  after: DesiredContainer | undefined,
): readonly FieldChange[] =>
  before === undefined || after === undefined
    ? []
    : containerFields(after, before).map((field) => ({ field, before: before[field], after: after[field] }));

/** What users call the fields, as far as it is something else. */
const WORDS: Readonly<Partial<Record<string, string>>> = {
  nanoCpus: 'resources',
  memoryBytes: 'resources',
  constraints: 'placement',
  containerLabels: 'platform or runtime',
};

/** `image, resources`: fields in the words of the objects, each once. */
export const fieldWords = (fields: readonly string[]): string =>
  [...new Set(fields.map((field) => WORDS[field] ?? field))].join(', ');
