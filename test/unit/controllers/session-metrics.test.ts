import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/controllers/context.ts';
import { recordSessions } from '../../../src/controllers/session-metrics.ts';
import { DesiredIndex } from '../../../src/core/diff/desired-index.ts';
import type { RouterState } from '../../../src/core/diff/observed-router.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { Bench, path, router } from '../core/plan/bench.ts';

const { desired } = new Bench().put(router('r1'), router('r2'), path('p', ['r1', 'r2'])).settle();

const saying = (state: string): RouterState => ({
  ready: true,
  appliedHash: 'a',
  drift: [],
  sessions: [
    {
      ...{ address: '10.200.0.3', asn: 1, state, establishedAt: undefined },
      ...{ upMs: undefined, watched: false, prefixesReceived: 0 },
    },
  ],
  interfaces: [],
});

/** Who is told, when r1 said `before` and says `now`; undefined: it could not be read. */
function told(before: RouterState | undefined, now: RouterState | undefined): readonly string[] {
  const asked: string[] = [];
  const context = {
    metrics: createMetrics({ process: false }).metrics,
    testbed: { desired: new DesiredIndex(desired) },
    enqueue: (unit: string, name: string) => asked.push(`${unit} ${name}`),
  } as unknown as Context;
  recordSessions(context, 'r1', now, before);
  return asked;
}

describe('those who depend on the sessions of a router', () => {
  it.each([
    ['came up', saying('Active'), saying('Established')],
    ['went down', saying('Established'), saying('Active')],
    ['are seen for the first time', undefined, saying('Established')],
  ])('are told when they %s', (_, before, now) => {
    expect(told(before, now)).toEqual(['path p']);
  });

  it('are not told when nothing changed', () => {
    expect(told(saying('Established'), saying('Established'))).toEqual([]);
  });

  // A Path that packets do not take asks its routers to be read: told again each time, the two would go round without end.
  it('are not told when the router could not be read', () => {
    expect(told(saying('Established'), undefined)).toEqual([]);
  });
});
