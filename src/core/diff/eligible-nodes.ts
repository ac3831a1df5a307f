import type { ObservedSwarmNode } from './observed.ts';

/**
 * Nodes that Swarm may place a container on now: ready, active, and as its constraints ask. A constraint on something that is not known of a node
 * counts as met: nothing must be held back that Swarm might do.
 */
export const eligibleNodes = (
  constraints: readonly string[],
  nodes: readonly ObservedSwarmNode[],
): readonly string[] =>
  nodes
    .filter(({ state, availability }) => state === 'ready' && availability === 'active')
    .filter((node) => constraints.every((constraint) => mayMeet(constraint, node)))
    .map(({ name }) => name)
    .sort();

function mayMeet(constraint: string, { facts }: ObservedSwarmNode): boolean {
  const [, key, operator, value] = /^\s*(\S+?)\s*(==|!=)\s*(\S+)\s*$/.exec(constraint) ?? [];
  if (facts === undefined || key === undefined || value === undefined) return true;
  // A label that a node does not have differs from any value.
  const fact = facts[key] ?? (/^(node|engine)\.labels\./.test(key) ? '' : undefined);
  if (fact === undefined) return true;
  return (fact.toLowerCase() === value.toLowerCase()) === (operator === '==');
}
