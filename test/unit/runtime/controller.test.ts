import { describe, expect, it } from 'vitest';
import { Bound } from '../../../src/runtime/bound.ts';
import { Controller, ControllerStopped, type Reconcile } from '../../../src/runtime/controller.ts';
import { ReconcileTimeout } from '../../../src/runtime/reconcile-timeout.ts';
import { TerminalError } from '../../../src/runtime/terminal-error.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { memoryLogger } from './log-lines.ts';
import { ManualClock, settle } from './manual-clock.ts';

const bench = (reconcile: Reconcile, concurrency: number | Bound = 2) => {
  const clock = new ManualClock();
  const registry = createMetrics({ process: false });
  const { logger, lines } = memoryLogger();
  const controller = new Controller({
    name: 'router',
    reconcile,
    queue: { concurrency },
    timeoutMs: 30_000,
    graceMs: 5_000,
    clock,
    random: () => 0,
    logger,
    metrics: registry.metrics,
  });
  const errors = () => lines.filter(({ level }) => level === 'error');
  const value = async (series: string): Promise<number | undefined> => {
    const found = (await registry.text()).split('\n').find((line) => line.startsWith(`${series} `));
    return found === undefined ? undefined : Number(found.slice(series.length + 1));
  };
  const result = (name: string) =>
    value(`controller_runtime_reconcile_total{controller="router",result="${name}"}`);
  return { clock, controller, lines, errors, value, result };
};

const until = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('cut off while waiting for the engine')));
  });

describe('Controller', () => {
  it('gives each reconcile a logger that says which one it is', async () => {
    const { controller, lines } = bench((key, { logger }) => {
      logger.info({}, `seen ${key}`);
      return Promise.resolve({});
    });
    controller.add('a');
    controller.add('b');
    await settle();
    expect(lines.filter(({ level }) => level === 'info')).toMatchObject([
      { controller: 'router', key: 'a', reconcileId: 1, message: 'seen a' },
      { controller: 'router', key: 'b', reconcileId: 2, message: 'seen b' },
    ]);
  });

  it('comes back after the time that the result asks for, and not at all without one', async () => {
    const runs: number[] = [];
    const { clock, controller, result } = bench(() => {
      runs.push(clock.monotonicMs());
      return Promise.resolve(runs.length < 3 ? { requeueAfterMs: 15_000 } : {});
    });
    controller.add('a');
    await clock.advance(120_000);
    expect(runs).toEqual([0, 15_000, 30_000]);
    expect(await result('requeue_after')).toBe(2);
    expect(await result('success')).toBe(1);
  });

  it('tries again after an error, later each time, and logs it once each time', async () => {
    const runs: number[] = [];
    const { clock, controller, errors, result, value } = bench(() => {
      runs.push(clock.monotonicMs());
      return runs.length < 4 ? Promise.reject(new Error('no route to node2')) : Promise.resolve({});
    });
    controller.add('a');
    await clock.advance(10_000);
    expect(runs).toEqual([0, 100, 300, 700]);
    expect(errors()).toMatchObject([
      { message: 'Reconcile failed', failures: 1, retryInMs: 100, err: { message: 'no route to node2' } },
      { failures: 2, retryInMs: 200 },
      { failures: 3, retryInMs: 400 },
    ]);
    expect(await result('error')).toBe(3);
    expect(await value('controller_runtime_reconcile_errors_total{controller="router"}')).toBe(3);
  });

  it('contains whatever a reconcile throws, also at once and also no Error', async () => {
    const { controller, errors } = bench((key) => {
      if (key === 'throws') throw new TypeError('undefined is not a router');
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a library may do
      return Promise.reject('just text');
    });
    controller.add('throws');
    controller.add('text');
    await settle();
    expect(errors()).toMatchObject([
      { key: 'throws', err: { message: 'undefined is not a router' } },
      { key: 'text', err: { message: 'not an Error was thrown: just text' } },
    ]);
  });

  it('does not try again after a terminal error until the key is added', async () => {
    let runs = 0;
    const { clock, controller, errors, result } = bench(() => {
      runs += 1;
      return Promise.reject(new TerminalError('subnet 10.0.0.0/30 is too small'));
    });
    controller.add('a');
    await clock.advance(600_000);
    expect(runs).toBe(1);
    expect(errors()).toMatchObject([{ message: 'Reconcile failed; the next try follows the next change' }]);
    controller.add('a');
    await clock.advance(600_000);
    expect(runs).toBe(2);
    expect(await result('terminal')).toBe(2);
  });

  it('aborts a reconcile at its time-out, says so with what it waited for, and tries again', async () => {
    let runs = 0;
    const reasons: unknown[] = [];
    const { clock, controller, errors } = bench((_key, { signal }) => {
      runs += 1;
      if (runs > 1) return Promise.resolve({});
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return until(signal);
    });
    controller.add('a');
    await clock.advance(30_000);
    expect(reasons).toMatchObject([expect.any(ReconcileTimeout)]);
    expect(errors()).toHaveLength(1);
    expect(errors()[0]?.['err']).toMatchObject({
      type: 'ReconcileTimeout',
      message: 'no result within 30 s: something that it waits for is too slow or hangs',
      cause: { message: 'cut off while waiting for the engine' },
    });
    await clock.advance(100);
    expect(runs).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('lets others go on when a reconcile ignores its time-out, but never runs its key twice at once', async () => {
    const started: string[] = [];
    let release = (): void => undefined;
    const { clock, controller, lines, value } = bench((key) => {
      started.push(key);
      return key === 'stuck' && started.length === 1
        ? new Promise((resolve) => (release = () => resolve({})))
        : Promise.resolve({});
    }, 1);
    controller.add('stuck');
    controller.add('other');
    await clock.advance(34_999);
    expect(started).toEqual(['stuck']);
    await clock.advance(1);
    expect(started).toEqual(['stuck', 'other']);
    expect(lines).toContainEqual(
      expect.objectContaining({
        message: 'Reconcile ignores its time-out; others go on without it',
        key: 'stuck',
      }),
    );
    controller.add('stuck');
    await clock.advance(60_000);
    expect(started).toEqual(['stuck', 'other']);
    expect(await value('controller_runtime_active_workers{controller="router"}')).toBe(1);
    release();
    await settle();
    expect(started).toEqual(['stuck', 'other', 'stuck']);
  });

  it('aborts what runs when it stops, takes nothing more and counts no error', async () => {
    const reasons: unknown[] = [];
    const { clock, controller, errors } = bench((_key, { signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return until(signal);
    }, 1);
    controller.add('a');
    controller.add('b');
    await settle();
    expect(await controller.stop()).toBe(0);
    controller.add('c');
    await clock.advance(120_000);
    expect(reasons).toMatchObject([expect.any(ControllerStopped)]);
    expect(errors()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('does not wait longer than the grace for a reconcile that does not end', async () => {
    const { clock, controller, lines } = bench(() => new Promise(() => undefined));
    controller.add('a');
    await settle();
    const stop = controller.stop();
    await clock.advance(5_000);
    expect(await stop).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ message: 'Controller stopped while reconciles still run', running: 1 }),
    );
  });

  it('measures under the names of controller-runtime', async () => {
    const { clock, controller, value } = bench(() => clock.delay(2_000).then(() => ({})), new Bound(7));
    controller.add('a');
    await clock.advance(1_000);
    expect(await value('controller_runtime_active_workers{controller="router"}')).toBe(1);
    await clock.advance(1_000);
    expect(await value('controller_runtime_max_concurrent_reconciles{controller="router"}')).toBe(7);
    expect(await value('controller_runtime_reconcile_time_seconds_sum{controller="router"}')).toBe(2);
    expect(await value('controller_runtime_active_workers{controller="router"}')).toBe(0);
  });
});
