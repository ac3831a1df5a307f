import { describe, expect, it } from 'vitest';
import { conditionsOf, found, missing } from '../../../../src/core/status/conditions.ts';
import { sameStatus } from '../../../../src/core/status/same-status.ts';

const at = (now: string): { generation: number; now: string } => ({ generation: 3, now });
const types = (list: readonly { type: string; status: string }[]): readonly string[] =>
  list.map(({ type, status }) => `${type}=${status}`);

describe('conditions', () => {
  it('derive Ready, and Reconciling only while something is amiss', () => {
    const good = [found('Valid', 'Valid', ''), found('Running', 'Running', '')];
    const bad = [found('Valid', 'Valid', ''), missing('Running', 'TaskPending', 'no task yet')];
    expect(types(conditionsOf(good, [], at('t1')))).toEqual(['Valid=True', 'Running=True', 'Ready=True']);
    const all = conditionsOf(bad, [], at('t1'));
    expect(types(all)).toEqual(['Valid=True', 'Running=False', 'Ready=False', 'Reconciling=True']);
    expect(all.find(({ type }) => type === 'Ready')).toMatchObject({
      reason: 'TaskPending',
      message: 'no task yet',
    });
  });

  it('say Stalled instead of Reconciling when only the user can help', () => {
    const bad = [{ ...missing('Valid', 'Conflict', 'AS 57 is taken by Router/b'), stalled: true }];
    expect(types(conditionsOf(bad, [], at('t1')))).toEqual(['Valid=False', 'Ready=False', 'Stalled=True']);
  });

  it('keep the transition time while the status stays, though the message changes', () => {
    const first = conditionsOf([missing('Running', 'A', 'a')], [], at('t1'));
    const second = conditionsOf([missing('Running', 'B', 'b')], first, at('t2'));
    const third = conditionsOf([found('Running', 'C', 'c')], second, at('t3'));
    expect([first, second, third].map((list) => list[0]?.lastTransitionTime)).toEqual(['t1', 't1', 't3']);
  });
});

describe('a status', () => {
  const status = (rttMs: number, node: string): Parameters<typeof sameStatus>[1] => ({
    observedGeneration: 1,
    conditions: [],
    hosts: [{ name: 'a', node, address: '10.0.0.3' }],
    connections: [{ name: 'ab', layer: 3, path: 'p', rttMs }],
  });

  it('is the same when only readings changed that change by themselves', () => {
    expect(sameStatus(status(1, 'n1'), status(2, 'n1'))).toBe(true);
    expect(sameStatus(status(1, 'n1'), status(1, 'n2'))).toBe(false);
    expect(sameStatus(undefined, status(1, 'n1'))).toBe(false);
  });
});
