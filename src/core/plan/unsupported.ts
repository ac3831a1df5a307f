import type { Experiment } from '../../api/experiment.ts';
import type { Router } from '../../api/router.ts';
import { finding, type Finding } from './finding.ts';

/** What the contract has and this version does not do yet: refused rather than ignored. */

const refused = (field: string, value: unknown, instead: string): Finding =>
  finding(
    'Unsupported',
    field,
    String(value),
    `${field}: ${String(value)} is not supported by this version; ${instead}.`,
  );

export function unsupportedInRouter({ spec }: Router): Finding[] {
  const found: Finding[] = [];
  if (spec.platform !== 'frr') found.push(refused('spec.platform', spec.platform, 'use frr'));
  if (spec.runtime === 'sandbox')
    found.push(refused('spec.runtime', spec.runtime, 'use task or leave it out'));
  return found;
}

export function unsupportedInExperiment({ spec }: Experiment): Finding[] {
  return spec.connections.flatMap((connection, index) => {
    const field = `spec.connections[${index.toString()}]`;
    const found: Finding[] = [];
    if (connection.layer !== 3) found.push(refused(`${field}.layer`, connection.layer, 'use 3'));
    if (connection.subnet !== undefined)
      found.push(refused(`${field}.subnet`, connection.subnet, 'leave it out'));
    return found;
  });
}
