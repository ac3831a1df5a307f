import type { Experiment } from '../../api/experiment.ts';
import { finding, type Finding } from './finding.ts';

/** What the contract has and this version does not do yet: refused rather than ignored. */

const refused = (field: string, value: unknown, instead: string): Finding =>
  finding(
    'Unsupported',
    field,
    String(value),
    `${field}: ${String(value)} is not supported by this version; ${instead}.`,
  );

/** What selects a connection's packets is SRv6's, which layer 2 is not carried over. */
export function unsupportedInExperiment({ spec }: Experiment): Finding[] {
  return spec.connections.flatMap((connection, index) => {
    if (connection.layer === 3) return [];
    return (['match', 'addresses'] as const).flatMap((what) => {
      if (connection[what] === undefined) return [];
      const field = `spec.connections[${index.toString()}].${what}`;
      return [refused(field, JSON.stringify(connection[what]), 'leave it out of a connection of layer 2')];
    });
  });
}
