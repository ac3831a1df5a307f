import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouterStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { ShiftedClock } from '../support/shifted-clock.ts';
import { expectNothingWritten } from '../support/snapshots.ts';
import { document, router, useTestbed } from '../support/testbed.ts';
import { threeRouters } from '../support/three-routers.ts';

/** The repairs of this testbed take seconds; ten minutes is what the clock is off by. */
const BOUND_MS = 100_000;
const DOCUMENTS = threeRouters('clock');
const REFS = DOCUMENTS.map(({ ref }) => ref);
/** In the order in which they are replaced. */
const NAMES = ['clock-left', 'clock-middle'];

describe('operators whose clocks are wrong', () => {
  const testbed = useTestbed('/clock', { HINGE_RESYNC: '2s', HINGE_LEASE_TTL: '3s' });
  const ahead = new ShiftedClock(10);
  const behind = new ShiftedClock(-10);
  let first: OperatorProcess;
  let second: OperatorProcess;

  beforeAll(async () => {
    first = await testbed.start('ten minutes ahead', ahead.env);
    second = await testbed.spawn('ten minutes behind', behind.env);
    await testbed.put(...DOCUMENTS);
    await testbed.ready(REFS);
  });

  afterAll(() => {
    ahead.dispose();
    behind.dispose();
  });

  const term = async (): Promise<string | undefined> =>
    (await testbed.store.get(testbed.keys.leader))?.createRevision;

  const replacementOf = async (name: string): Promise<RouterStatus['replacement']> => {
    const status: RouterStatus | undefined = await testbed.status(router(name));
    return status?.replacement;
  };

  /** Expects that so many looks at everything write nothing. */
  const settles = async (operator: OperatorProcess): Promise<void> => {
    await operator.idle();
    const before = await testbed.snapshot();
    const sweeps = (): Promise<number> =>
      operator.metric('controller_runtime_reconcile_total', { controller: 'sweep' });
    const enough = (await sweeps()) + 3;
    await expect.poll(sweeps, { timeout: BOUND_MS }).toBeGreaterThanOrEqual(enough);
    expectNothingWritten(before, await testbed.snapshot());
  };

  it('row 13: they build, and then write nothing more', async () => {
    const said = [...(await first.log()).matchAll(/"time":"([^"]+)"/g)].at(-1)?.[1] ?? '';
    expect(Math.abs(Date.parse(said) - Date.now() - 10 * 60_000)).toBeLessThan(60_000);
    await settles(first);
  });

  it('row 13: a clock that jumps changes neither who leads nor whose turn it is', async () => {
    const before = await term();
    const containers = await testbed.containers();
    // Containers that may stay where they are: only time tells that they do.
    await testbed.put(
      ...NAMES.map((name) => {
        const node = containers.get(`router/${name}`)?.found.node ?? '';
        return document('Router', name, { placement: { node } });
      }),
    );
    const [left = '', middle = ''] = NAMES;
    await eventually(async () => expect(await replacementOf(left)).toBeDefined(), {
      timeoutMs: BOUND_MS,
      message: 'the first router has its turn',
    });
    expect(await replacementOf(middle)).toBeUndefined();
    const since = performance.now();
    ahead.set(-10);
    await eventually(async () => expect(await replacementOf(middle)).toBeDefined(), {
      timeoutMs: BOUND_MS,
      message: 'the second router has its turn',
    });
    expect(await replacementOf(left)).toBeUndefined();
    ahead.set(10);
    await testbed.ready(REFS, BOUND_MS);
    await eventually(async () => expect(await replacementOf(middle)).toBeUndefined(), {
      timeoutMs: BOUND_MS,
      message: 'nobody is away any more',
    });
    const seconds = (performance.now() - since) / 1000;
    recovery('13', "leader's clock 20 min back and forth during a rollout", seconds, 'until it was over');
    expect(await term()).toBe(before);
    await settles(first);
  });

  it('row 13: a stand-by that is 20 min behind the leader takes over', async () => {
    const before = await testbed.containers();
    const since = performance.now();
    await first.kill();
    await second.leading();
    const seconds = (performance.now() - since) / 1000;
    await testbed.ready(REFS);
    recovery('13', 'stand-by 20 min behind the leader, which is killed (TTL 3 s)', seconds, 'until it leads');
    expect([...(await testbed.containers()).keys()].sort()).toEqual([...before.keys()].sort());
    await settles(second);
  });
});
