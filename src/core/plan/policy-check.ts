import type { ExportRule, ImportRule } from '../../api/bgp.ts';
import type { Router } from '../../api/router.ts';
import { finding, type Finding } from './finding.ts';
import { canonicalPrefix } from './ipv4.ts';
import { checkHostBits } from './subnet-check.ts';

/** What is wrong with a Router's BGP policy by itself. */
export function checkPolicy({ metadata, spec }: Router): Finding[] {
  const { aggregates = [], neighbors = [], ...router } = spec.bgp ?? {};
  const seen = new Set<string>();
  return [
    ...checkAggregates(aggregates),
    ...checkRules(router, 'spec.bgp'),
    ...neighbors.flatMap((entry, index) => {
      const field = `spec.bgp.neighbors[${index.toString()}]`;
      const found = checkRules(entry, field);
      if (entry.router === metadata.name)
        found.push(
          finding('Invalid', `${field}.router`, entry.router, 'A Router is no neighbour of itself.'),
        );
      else if (seen.has(entry.router)) {
        const message = `${entry.router} has an entry above already; one entry per neighbour.`;
        found.push(finding('DuplicateName', `${field}.router`, entry.router, message));
      }
      seen.add(entry.router);
      return found;
    }),
  ];
}

function checkAggregates(aggregates: readonly { readonly prefix: string }[]): Finding[] {
  const seen = new Set<string>();
  return aggregates.flatMap(({ prefix }, index) => {
    const field = `spec.bgp.aggregates[${index.toString()}].prefix`;
    const found = checkHostBits(prefix, field);
    if (seen.has(canonicalPrefix(prefix)))
      found.push(finding('DuplicateName', field, prefix, `${prefix} is listed above already; each once.`));
    seen.add(canonicalPrefix(prefix));
    return found;
  });
}

interface Rules {
  readonly import?: readonly ImportRule[];
  readonly export?: readonly ExportRule[];
}

const checkRules = (rules: Rules, field: string): Finding[] =>
  (['import', 'export'] as const).flatMap((way) =>
    (rules[way] ?? []).flatMap(({ match }, at) =>
      (match?.prefixes ?? []).flatMap((written, each) =>
        checkHostBits(
          written.split(' ', 1)[0] ?? written,
          `${field}.${way}[${at.toString()}].match.prefixes[${each.toString()}]`,
        ),
      ),
    ),
  );
