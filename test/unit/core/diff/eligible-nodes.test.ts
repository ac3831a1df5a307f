import { describe, expect, it } from 'vitest';
import { eligibleNodes } from '../../../../src/core/diff/eligible-nodes.ts';
import type { ObservedSwarmNode } from '../../../../src/core/diff/observed.ts';

const node = (name: string, more: Partial<ObservedSwarmNode> = {}): ObservedSwarmNode => ({
  id: `id-${name}`,
  name,
  state: 'ready',
  availability: 'active',
  manager: true,
  facts: { 'node.id': `id-${name}`, 'node.hostname': name, 'node.role': 'manager' },
  ...more,
});
const nodes = [
  node('a', { facts: { 'node.hostname': 'a', 'node.role': 'worker', 'node.labels.site': 'Tokyo' } }),
  node('b'),
  node('c'),
];

describe('the nodes that Swarm may place a container on', () => {
  it.each<[string[], string[]]>([
    [[], ['a', 'b', 'c']],
    [['node.hostname==b'], ['b']],
    [['node.hostname != b'], ['a', 'c']],
    [['node.role==manager'], ['b', 'c']],
    [['node.labels.site==tokyo'], ['a']],
    [['node.labels.site!=tokyo'], ['b', 'c']],
    [['node.labels.site!=tokyo', 'node.hostname!=c'], ['b']],
    [['node.hostname==elsewhere'], []],
    // Not known, so it may be.
    [['node.ip==192.0.2.0/24'], ['a', 'b', 'c']],
    [['node.platform.arch==x86_64'], ['a', 'b', 'c']],
  ])('%j: %j', (constraints, expected) => {
    expect(eligibleNodes(constraints, nodes)).toEqual(expected);
  });

  it('are neither down nor drained', () => {
    const others = [node('d', { state: 'down' }), node('e', { availability: 'drain' })];
    expect(eligibleNodes([], [...nodes, ...others])).toEqual(['a', 'b', 'c']);
  });

  it('are all whose facts are not known', () => {
    const { facts: _, ...plain } = node('d');
    expect(eligibleNodes(['node.labels.site==x'], [plain])).toEqual(['d']);
  });
});
