import equal from 'fast-deep-equal';
import { jsonFields } from '../json.ts';
import type { DesiredContainer } from '../plan/desired.ts';
import { MADE_FROM_LABEL } from '../plan/labels.ts';
import type { ObservedContainer } from './observed.ts';

/** What of a router's own container its label tells, since an engine's list does not. */
const FIELDS = [
  'image',
  'capabilities',
  'privileged',
  'devices',
  'mounts',
  'sharesProcesses',
  'command',
  'stopSignal',
  'nanoCpus',
  'memoryBytes',
] as const satisfies readonly (keyof DesiredContainer)[];
type Field = (typeof FIELDS)[number];

/** Text of its label. Nothing of it can be changed in a container that is there. */
export const madeFrom = (container: DesiredContainer): string =>
  JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, container[field]])));

/** Names of the fields in which a router's own container is not as planned. */
export function changedContainer(desired: DesiredContainer, observed: ObservedContainer): readonly string[] {
  const made = jsonFields(observed.labels[MADE_FROM_LABEL] ?? '') ?? {};
  const changed = containerFields(desired, made);
  return observed.name === desired.name ? changed : ['name', ...changed];
}

/** Names of the fields that `other` has otherwise, or not at all. */
export const containerFields = (
  desired: DesiredContainer,
  other: Partial<Record<Field, unknown>>,
): readonly Field[] => FIELDS.filter((field) => !equal(desired[field], other[field]));
