import { describe, expect, it } from 'vitest';
import { Bound } from '../../../src/runtime/bound.ts';
import { WorkQueue } from '../../../src/runtime/workqueue.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { ManualClock, settle } from './manual-clock.ts';

interface Run {
  readonly key: string;
  readonly atMs: number;
  readonly finish: () => void;
  readonly leave: () => void;
}

const bench = (options: { readonly bound?: Bound; readonly random?: () => number } = {}) => {
  const clock = new ManualClock();
  const registry = createMetrics({ process: false });
  const runs: Run[] = [];
  const queue = new WorkQueue({
    name: 'test',
    process: (key, leave) =>
      new Promise((finish) => runs.push({ key, atMs: clock.monotonicMs(), finish, leave })),
    bound: options.bound ?? new Bound(1),
    clock,
    random: options.random ?? (() => 0),
    metrics: registry.metrics.workqueue,
  });
  const series = async (name: string): Promise<string[]> =>
    (await registry.text()).split('\n').filter((line) => line.startsWith(`workqueue_${name}`));
  return { clock, queue, runs, series, started: () => runs.map(({ key }) => key) };
};

describe('WorkQueue', () => {
  it('runs a key once, however often it was added before', async () => {
    const { queue, started } = bench();
    queue.add('a');
    queue.add('a');
    queue.add('a');
    await settle();
    expect(started()).toEqual(['a']);
    expect(queue.depth).toBe(0);
  });

  it('runs a key that was added during its run once more, afterwards', async () => {
    const { queue, runs, started } = bench({ bound: new Bound(4) });
    queue.add('a');
    await settle();
    queue.add('a');
    queue.add('a');
    await settle();
    expect(started()).toEqual(['a']);
    runs[0]?.finish();
    await settle();
    expect(started()).toEqual(['a', 'a']);
    runs[1]?.finish();
    await settle();
    expect(started()).toEqual(['a', 'a']);
  });

  it('keeps the order of the adds and lets no key starve behind one that comes again and again', async () => {
    const { queue, runs, started } = bench();
    const keys = Array.from({ length: 1000 }, (_, index) => `key-${index}`);
    queue.add('busy');
    for (const key of keys) queue.add(key);
    for (let index = 0; index < 1001; index += 1) {
      await settle();
      if (index === 0) queue.add('busy');
      runs[index]?.finish();
    }
    await settle();
    expect(started()).toEqual(['busy', ...keys, 'busy']);
  });

  it('runs as many keys at once as the bound has places, over all queues that share it', async () => {
    const bound = new Bound(3);
    const [first, second] = [bench({ bound }), bench({ bound })];
    for (const key of ['a', 'b', 'c']) {
      first.queue.add(key);
      second.queue.add(key);
    }
    await settle();
    expect([first.queue.running, second.queue.running]).toEqual([2, 1]);
    first.runs[0]?.finish();
    await settle();
    expect([first.queue.running, second.queue.running]).toEqual([1, 2]);
  });

  it('gives the place to others but keeps the key when a run leaves', async () => {
    const { queue, runs, started } = bench();
    queue.add('slow');
    queue.add('other');
    await settle();
    runs[0]?.leave();
    queue.add('slow');
    await settle();
    expect(started()).toEqual(['slow', 'other']);
    runs[1]?.finish();
    await settle();
    expect(started()).toEqual(['slow', 'other']);
    runs[0]?.finish();
    await settle();
    expect(started()).toEqual(['slow', 'other', 'slow']);
  });

  it('keeps the earliest of several times, whatever the order they are asked for in', async () => {
    const { clock, queue, runs } = bench({ bound: new Bound(9) });
    queue.addAfter('a', 500);
    queue.addAfter('a', 200);
    queue.addAfter('a', 300);
    queue.addAfter('b', 100);
    await clock.advance(1000);
    expect(runs.map(({ key, atMs }) => [key, atMs])).toEqual([
      ['b', 100],
      ['a', 200],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('does not lose a delayed add to one that comes before it', async () => {
    const { clock, queue, runs } = bench();
    queue.addAfter('a', 100);
    queue.add('a');
    await settle();
    runs[0]?.finish();
    await clock.advance(100);
    expect(runs.map(({ atMs }) => atMs)).toEqual([0, 100]);
  });

  it('adds at once when the time has come already', async () => {
    const { queue, started } = bench();
    queue.addAfter('a', 0);
    await settle();
    expect(started()).toEqual(['a']);
  });

  it('waits twice as long after every failure, up to 30 s, and starts anew once the key is forgotten', () => {
    const { queue } = bench();
    const waits = Array.from({ length: 11 }, () => queue.addRateLimited('a'));
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
    expect(queue.failures('a')).toBe(11);
    expect(queue.addRateLimited('b')).toBe(100);
    queue.forget('a');
    expect(queue.addRateLimited('a')).toBe(100);
  });

  it('spreads retries by chance, never beyond the cap', () => {
    const { queue } = bench({ random: () => 0.5 });
    expect(queue.addRateLimited('a')).toBe(90);
    const waits = Array.from({ length: 20 }, () => queue.addRateLimited('a'));
    expect(Math.max(...waits)).toBe(27_000);
  });

  it('drops what waits and takes nothing more when it is stopped, and says when the last run is over', async () => {
    const { clock, queue, runs, started } = bench();
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 100);
    await settle();
    let stopped = false;
    const stop = queue.stop().then(() => (stopped = true));
    queue.add('d');
    queue.addAfter('e', 1);
    await clock.advance(1000);
    expect(stopped).toBe(false);
    runs[0]?.finish();
    await stop;
    await clock.advance(1000);
    expect(started()).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });

  it('is measured under the names of client-go', async () => {
    const { clock, queue, runs, series } = bench();
    queue.add('a');
    queue.add('b');
    queue.add('b');
    await clock.advance(2000);
    expect(await series('depth')).toEqual(['workqueue_depth{name="test"} 1']);
    expect(await series('adds_total')).toEqual(['workqueue_adds_total{name="test"} 2']);
    expect(await series('unfinished_work_seconds')).toEqual([
      'workqueue_unfinished_work_seconds{name="test"} 2',
    ]);
    expect(await series('longest_running_processor_seconds')).toEqual([
      'workqueue_longest_running_processor_seconds{name="test"} 2',
    ]);
    runs[0]?.finish();
    await settle();
    queue.addRateLimited('a');
    expect(await series('work_duration_seconds_sum')).toEqual([
      'workqueue_work_duration_seconds_sum{name="test"} 2',
    ]);
    expect(await series('queue_duration_seconds_sum')).toEqual([
      'workqueue_queue_duration_seconds_sum{name="test"} 2',
    ]);
    expect(await series('retries_total')).toEqual(['workqueue_retries_total{name="test"} 1']);
    const stop = queue.stop();
    runs[1]?.finish();
    await stop;
    expect(await series('depth')).toEqual([]);
  });
});
