import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isBack,
  isKept,
  replacedFields,
  type Return,
  type RollingRouter,
  waitingTurns,
} from '../../../../src/core/diff/rolling.ts';
import type { UnitDiff } from '../../../../src/core/diff/action.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const replacement = (secondsAgo = 10): RollingRouter['replacement'] & object => ({
  since: new Date(NOW - secondsAgo * 1000).toISOString(),
  container: 'old',
  fields: ['memoryBytes'],
  sessions: ['10.1.0.3', '10.2.0.3'],
});
const steady = (name: string): RollingRouter => ({
  name,
  differs: false,
  down: false,
  replacement: undefined,
});
const differing = (name: string): RollingRouter => ({ ...steady(name), differs: true });
const away = (name: string, secondsAgo?: number): RollingRouter => ({
  ...steady(name),
  replacement: replacement(secondsAgo),
});

const waiting = (...routers: readonly RollingRouter[]): readonly string[] => [
  ...waitingTurns(routers, NOW).keys(),
];

describe('whose container may be replaced', () => {
  it('is the first by name of those that differ; the others wait for it', () => {
    const turns = waitingTurns([differing('r2'), differing('r1'), steady('r3'), differing('r4')], NOW);
    expect([...turns.keys()]).toEqual(['r2', 'r4']);
    expect(turns.get('r2')).toMatchObject({
      reason: 'WaitingForTurn',
      message: expect.stringMatching(/^Waiting for r1 to come back/) as string,
      stalled: false,
    });
  });

  it('is nobody while one is away', () => {
    expect(waiting(differing('r1'), away('r2'), differing('r3'))).toEqual(['r1', 'r3']);
    expect(waitingTurns([differing('r1'), away('r2')], NOW).get('r1')?.message).toMatch(/^Waiting for r2 /);
  });

  it('is who is away itself, when it differs again: that may be the cure', () => {
    expect(waiting({ ...away('r2'), differs: true }, differing('r1'))).toEqual(['r1']);
  });

  it('is everyone who is down: nobody loses a session', () => {
    expect(waiting({ ...differing('r2'), down: true }, differing('r1'), away('r3'))).toEqual(['r1']);
    expect(waiting({ ...differing('r1'), down: true }, { ...differing('r2'), down: true })).toEqual([]);
  });

  it('stops for good when one does not come back, and says how to go on', () => {
    const turn = waitingTurns([away('r1', 301), differing('r2')], NOW).get('r2');
    expect(turn).toMatchObject({ reason: 'RolloutStopped', stalled: true });
    expect(turn?.message).toMatch(/r1 did not come back within 5 min.*hinge\.testbed\/reconcile: disabled/);
    expect(waitingTurns([away('r1', 299), differing('r2')], NOW).get('r2')?.stalled).toBe(false);
  });

  it('never is two at once that run, whatever the order', () => {
    const routers = fc.uniqueArray(
      fc.record({
        name: fc.string({ minLength: 1 }),
        differs: fc.boolean(),
        down: fc.boolean(),
        replacement: fc.option(fc.constant(replacement()), { nil: undefined }),
      }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(routers, (all) => {
        const turns = waitingTurns(all, NOW);
        const fresh = all.filter((one) => one.differs && !one.down && one.replacement === undefined);
        const free = fresh.filter(({ name }) => !turns.has(name));
        const underWay = all.filter((one) => one.replacement !== undefined);
        expect(free.length).toBe(underWay.length > 0 ? 0 : Math.min(1, fresh.length));
        expect([...waitingTurns([...all].reverse(), NOW).keys()]).toEqual([...turns.keys()]);
      }),
    );
  });
});

describe('a router whose container was replaced', () => {
  const found: Return = {
    open: false,
    updating: false,
    container: 'new',
    whole: true,
    peers: new Set(['10.1.0.3', '10.2.0.3']),
    established: new Set(['10.1.0.3', '10.2.0.3']),
  };
  const back = (more: Partial<Return>, of = replacement()): boolean => isBack(of, { ...found, ...more });

  it('is back when another container has all that the old one had', () => {
    expect(back({})).toBe(true);
  });

  it.each<readonly [string, Partial<Return>]>([
    ['its service is not as planned', { open: true }],
    ['no container runs', { container: undefined }],
    ['the old container still runs', { container: 'old' }],
    ['a link or its configuration is missing', { whole: false }],
    ['a session is down', { established: new Set(['10.1.0.3']) }],
  ])('is not back while %s', (_why, more) => {
    expect(back(more)).toBe(false);
  });

  it('need not have sessions that are not planned any more, or were down before', () => {
    expect(back({ peers: new Set(['10.1.0.3', '10.9.0.3']), established: new Set(['10.1.0.3']) })).toBe(true);
  });

  it('keeps its container when nothing of it differs any more and Swarm is not at work on it', () => {
    const kept = (more: Partial<Return>): boolean =>
      isKept(replacement(), { ...found, container: 'old', ...more });
    expect(kept({})).toBe(true);
    expect(kept({ open: true })).toBe(false);
    expect(kept({ updating: true })).toBe(false);
    expect(kept({ container: 'new' })).toBe(false);
    expect(kept({ container: undefined })).toBe(false);
  });
});

describe('what replaces a container', () => {
  const update = (...fields: readonly string[]): UnitDiff => ({
    sequences: [[{ type: 'update-service', fields } as unknown as UnitDiff['sequences'][0][0]]],
    waits: [],
  });

  it('is every field of its service but labels and the number of replicas', () => {
    expect(replacedFields(update('image', 'labels', 'replicas'))).toEqual(['image']);
    expect(replacedFields(update('replicas'))).toEqual([]);
    expect(
      replacedFields({ sequences: [[{ type: 'remove-service', id: 'a', name: 'a' }]], waits: [] }),
    ).toEqual([]);
  });
});
