import equal from 'fast-deep-equal';
import type { DesiredService } from '../plan/desired.ts';
import { isOwnLabel } from '../plan/labels.ts';
import type { ObservedServiceSpec } from './observed.ts';

/**
 * Names of the owned fields in which a running service differs from the plan. Fields that hinge does not own, and what the
 * engine filled in, are not looked at.
 */
export function differingFields(
  desired: DesiredService,
  observed: ObservedServiceSpec,
  labels: Readonly<Record<string, string>>,
  managementId: string,
): readonly string[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['image', desired.image, observed.image],
    ['hostname', desired.hostname, observed.hostname],
    ['command', desired.command, observed.command],
    ['env', sorted(desired.env), sorted(observed.env)],
    ['capabilities', sorted(desired.capabilities), sorted(observed.capabilities)],
    ['sysctls', desired.sysctls, observed.sysctls],
    ['constraints', sorted(desired.constraints), sorted(observed.constraints)],
    ['nanoCpus', desired.nanoCpus, observed.nanoCpus],
    ['memoryBytes', desired.memoryBytes, observed.memoryBytes],
    ['replicas', 1, observed.replicas],
    ['networks', [managementId], observed.networks],
    ['labels', desired.labels, owned(labels, desired.labels)],
    ['containerLabels', desired.labels, owned(observed.containerLabels, desired.labels)],
  ];
  return pairs.filter(([, want, have]) => !equal(want, have)).map(([field]) => field);
}

const sorted = (values: readonly string[]): readonly string[] => [...values].sort();

/** The part of `labels` under keys that hinge owns: others may add theirs. */
function owned(
  labels: Readonly<Record<string, string>>,
  desired: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key in desired || isOwnLabel(key)));
}
