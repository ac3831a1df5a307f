import type { Placement } from '../../api/router.ts';

/** Swarm's placement constraints, sorted, each once. */
export function constraintsOf(placement: Placement | undefined): readonly string[] {
  const node = placement?.node === undefined ? [] : [`node.hostname==${placement.node}`];
  return [...new Set([...node, ...(placement?.constraints ?? [])])].sort();
}
