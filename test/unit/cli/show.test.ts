import { describe, expect, it } from 'vitest';
import type { TestbedObject } from '../../../src/api/object.ts';
import { checkValue } from '../../../src/api/parse.ts';
import type { Status } from '../../../src/api/status.ts';
import { headOf, rowOf } from '../../../src/cli/columns.ts';
import { statusSections } from '../../../src/cli/sections.ts';
import { formatTable } from '../../../src/cli/table.ts';
import type { ObjectView } from '../../../src/cli/view.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');

function view(
  value: { readonly kind: TestbedObject['kind']; readonly spec: object },
  status: Partial<Status>,
): ObjectView {
  const parsed = checkValue({ apiVersion: 'hinge.testbed/v1alpha1', metadata: { name: 'x' }, ...value });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const condition = { status: 'True' as const, reason: 'R', message: 'm', observedGeneration: 1 };
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const conditions = ['Proven', 'Ready'].map((type) => ({ ...condition, type, lastTransitionTime }));
  return {
    ref: { kind: value.kind, name: 'x' },
    key: '/hinge/desired/x',
    text: '',
    object: parsed.object,
    problems: [],
    accepted: undefined,
    status: { observedGeneration: 1, conditions, ...status },
  };
}

const proof = {
  checkedAt: '2026-01-01T00:59:00Z',
  forward: {
    hops: [
      { router: 'a', address: '10.0.0.2' },
      { router: 'b', address: '10.0.1.3' },
    ],
  },
  reverse: { hops: [{ router: 'b', address: '10.0.2.2' }] },
  asPath: [1, 2],
};

const routers = ['a', 'b', 'c', 'd', 'e'];
const path = view(
  { kind: 'Path', spec: { via: routers } },
  {
    links: [
      { between: ['a', 'b'], network: 'n1', subnet: '10.0.1.0/24', addresses: ['10.0.1.2', '10.0.1.3'] },
    ],
    proof,
  },
);
const experiment = view(
  { kind: 'Experiment', spec: { hosts: [{ name: 'h', router: 'a' }] } },
  {
    hosts: [{ name: 'h', node: 'node1', address: '10.0.0.3' }],
    connections: [
      { name: 'one', layer: 3, path: 'x', rttMs: 0.4567, proof },
      { name: 'eth', layer: 2, path: 'x', rttMs: 1, lossPercent: 10 },
      { name: 'two', layer: 3, path: 'x' },
    ],
  },
);

const table = (shown: ObjectView, wide: boolean): string[] =>
  formatTable(headOf(shown.ref.kind, wide), [rowOf(shown, wide, NOW)])
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, ' | '));

describe('tables', () => {
  it('show the ends of a Path', () => {
    expect(table(path, false)).toEqual([
      'NAME | READY | REASON | HOPS | VIA | PROVEN | SINCE',
      'x | True | - | 4 | a > b > … > e | True | 1h',
    ]);
    expect(table(path, true)[1]).toBe('x | True | - | 4 | a > b > … > e | True | 1 2 | 1h | -');
  });

  it('show hosts and round-trip times of an Experiment', () => {
    expect(table(experiment, false)).toEqual([
      'NAME | READY | REASON | HOSTS | CONNECTIONS | PROVEN | SINCE',
      'x | True | - | h | one (0.5 ms),eth (1.0 ms),two | True | 1h',
    ]);
  });
});

describe('statusSections', () => {
  const text = (shown: ObjectView): string =>
    statusSections(shown, NOW)
      .map(({ heading, text: body }) => `${heading}\n${body}`)
      .join('\n')
      .replace(/ {3,}/g, ' | ');

  it('of a Path: links and proof', () => {
    expect(text(path)).toBe(
      [
        'Links',
        'BETWEEN | SUBNET | ADDRESSES | NETWORK',
        'a - b | 10.0.1.0/24 | 10.0.1.2 - 10.0.1.3 | n1',
        'Proof',
        'checked  1m ago',
        'forward  a (10.0.0.2) > b (10.0.1.3)',
        'reverse  b (10.0.2.2)',
        'AS path  1 2',
      ].join('\n'),
    );
  });

  it('of an Experiment: hosts, connections, and a proof of each', () => {
    const shown = text(experiment);
    expect(shown).toContain('h | 10.0.0.3 | node1');
    expect(shown).toContain(
      'one | 3 | x | - | 0.46 ms | -\neth | 2 | x | - | 1.00 ms | 10 %\ntwo | 3 | x | - | - | -',
    );
    expect(shown).toContain('Proof of one\nchecked  1m ago');
    expect(shown).not.toContain('Proof of two');
  });
});
