import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type Footing, footingOf } from '../../support/footing.ts';
import type { OperatorProcess } from '../../support/operator.ts';
import { recovery } from '../../support/recovery.ts';
import { ShiftedClock } from '../../support/shifted-clock.ts';
import { expectNothingWritten } from '../../support/snapshots.ts';
import type { ThreeRouters } from '../../support/three-routers.ts';

/** The repairs of this testbed take seconds; ten minutes is what the clock is off by. */
const BOUND_MS = 100_000;
/** Of the leases, in seconds. */
const TTL = 5;

export function clockSuite({ testbed, refs }: ThreeRouters): void {
  const settings = { HINGE_RESYNC: '2s', HINGE_LEASE_TTL: `${String(TTL)}s` };
  let ahead: ShiftedClock;
  let behind: ShiftedClock;
  let before: Readonly<Record<string, Footing>>;

  beforeAll(async () => {
    ahead = new ShiftedClock(10);
    behind = new ShiftedClock(-10);
    before = await footingOf(testbed);
  });

  afterAll(async () => {
    await testbed.endOperators();
    ahead.dispose();
    behind.dispose();
  });

  /** Expects that so many looks at everything write nothing. */
  const settles = async (operator: OperatorProcess, looks: number): Promise<void> => {
    await operator.idle();
    const written = await testbed.snapshot();
    const sweeps = (): Promise<number> =>
      operator.metric('controller_runtime_reconcile_total', { controller: 'sweep' });
    const enough = (await sweeps()) + looks;
    await expect.poll(sweeps, { timeout: BOUND_MS }).toBeGreaterThanOrEqual(enough);
    expectNothingWritten(written, await testbed.snapshot());
  };

  /** Says which of the clocks an operator has, by its log. */
  const minutesOff = async (operator: OperatorProcess): Promise<number> => {
    const said = [...(await operator.log()).matchAll(/"time":"([^"]+)"/g)].at(-1)?.[1] ?? '';
    return Math.round((Date.parse(said) - Date.now()) / 60_000);
  };

  it('row 13: a stand-by whose clock is 20 min away from the leader takes over, and nothing is touched', async () => {
    const first = await testbed.start('ten minutes ahead', { ...settings, ...ahead.env });
    const second = await testbed.spawn('ten minutes behind', { ...settings, ...behind.env });
    await eventually(async () => expect(await second.log()).toContain('"message":"standing by"'), {
      timeoutMs: BOUND_MS,
      message: 'the second operator stands by',
    });
    expect([await minutesOff(first), await minutesOff(second)]).toEqual([10, -10]);
    // Usually the first, but on a busy machine they may have changed over.
    const leads = async (operator: OperatorProcess): Promise<number> => operator.metric('hinge_leader');
    const one = async (): Promise<unknown> => (await Promise.all([first, second].map(leads))).toSorted();
    await expect.poll(one, { timeout: BOUND_MS }).toEqual([0, 1]);
    const [leader, other] = (await leads(first)) === 1 ? [first, second] : [second, first];
    await Promise.all([first.idle(), second.idle()]);
    const since = performance.now();
    await leader.kill();
    await other.leading(BOUND_MS);
    const seconds = (performance.now() - since) / 1000;
    const distance = leader === first ? 'behind' : 'ahead of';
    recovery(
      '13',
      `stand-by 20 min ${distance} the leader, which is killed (TTL ${String(TTL)} s)`,
      seconds,
      'until it leads',
    );
    await settles(other, 2);
    await testbed.ready(refs);
    expect(await footingOf(testbed)).toEqual(before);
    expect(await other.stop(), await other.lastWords()).toBe(0);
  });
}
