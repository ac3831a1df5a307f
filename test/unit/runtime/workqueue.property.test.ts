import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bound } from '../../../src/runtime/bound.ts';
import { WorkQueue } from '../../../src/runtime/workqueue.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { ManualClock } from './manual-clock.ts';

type Step =
  | { readonly do: 'add'; readonly key: string }
  | { readonly do: 'addAfter'; readonly key: string; readonly ms: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'finish' | 'fail' | 'leave'; readonly index: number };

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key }),
  fc.record({ do: fc.constant('addAfter' as const), key, ms: fc.integer({ min: -1, max: 300 }) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 200 }) }),
  fc.record({ do: fc.constantFrom('finish' as const, 'fail' as const, 'leave' as const), index: fc.nat(9) }),
);

interface Run {
  readonly key: string;
  readonly end: () => void;
  readonly leave: () => void;
}

/** A queue beside a list of what it owes: a run after each add, and one at or after the earliest time asked for. */
class World {
  readonly clock = new ManualClock();
  readonly queue: WorkQueue;
  readonly running: Run[] = [];
  /** Promises that the queue broke. */
  readonly broken: string[] = [];
  readonly #left = new Set<Run>();
  readonly #owedNow = new Set<string>();
  readonly #owedLater = new Map<string, number>();
  readonly #places: number;

  constructor(places: number) {
    this.#places = places;
    this.queue = new WorkQueue({
      name: 'test',
      process: (started, leave) => this.#start(started, leave),
      bound: new Bound(places),
      clock: this.clock,
      random: () => 0,
      metrics: createMetrics({ process: false }).metrics.workqueue,
    });
  }

  async take(next: Step): Promise<void> {
    if (next.do === 'add') {
      this.#owe(next.key, 0);
      this.queue.add(next.key);
    } else if (next.do === 'addAfter') {
      this.#owe(next.key, next.ms);
      this.queue.addAfter(next.key, next.ms);
    } else if (next.do === 'advance') {
      await this.clock.advance(next.ms);
      this.#checkNoneIsLate();
    } else this.#end(next.do, next.index);
  }

  /** Ends all runs and lets time pass until nothing is left to do; it never takes more rounds than this. */
  async drain(): Promise<void> {
    for (let round = 0; round < 100; round += 1) {
      await this.clock.advance(500);
      for (const run of [...this.running]) run.end();
    }
  }

  get owed(): string[] {
    return [...this.#owedNow, ...this.#owedLater.keys()];
  }

  get #placesTaken(): number {
    return this.running.filter((run) => !this.#left.has(run)).length;
  }

  /** While a place is free, whatever is due runs. */
  #checkNoneIsLate(): void {
    if (this.#placesTaken >= this.#places) return;
    const due = [...this.#owedLater].filter(([, at]) => at <= this.clock.monotonicMs()).map(([late]) => late);
    for (const late of [...this.#owedNow, ...due]) {
      if (!this.running.some((run) => run.key === late)) this.broken.push(`${late} is late`);
    }
  }

  #owe(owed: string, ms: number): void {
    const now = this.clock.monotonicMs();
    const earlier = this.#owedLater.get(owed) ?? Infinity;
    if (ms <= 0 || earlier <= now) this.#owedNow.add(owed);
    // One that is due already waits for its run, and is not the one of the time that is asked for now.
    if (ms > 0) this.#owedLater.set(owed, earlier <= now ? now + ms : Math.min(now + ms, earlier));
  }

  #end(how: 'finish' | 'fail' | 'leave', index: number): void {
    const run = this.running[index % Math.max(1, this.running.length)];
    if (run === undefined) return;
    if (how === 'leave') {
      this.#left.add(run);
      run.leave();
      return;
    }
    if (how === 'fail') this.#owe(run.key, this.queue.addRateLimited(run.key));
    run.end();
  }

  #start(started: string, leave: () => void): Promise<void> {
    if (this.running.some((run) => run.key === started)) this.broken.push(`${started} runs twice at once`);
    if (this.#placesTaken >= this.#places) this.broken.push(`${started} runs although all places are taken`);
    this.#owedNow.delete(started);
    if ((this.#owedLater.get(started) ?? Infinity) <= this.clock.monotonicMs())
      this.#owedLater.delete(started);
    return new Promise((resolve) => {
      const run: Run = {
        key: started,
        leave,
        end: () => {
          this.running.splice(this.running.indexOf(run), 1);
          resolve();
        },
      };
      this.running.push(run);
    });
  }
}

describe('WorkQueue, in any order of events', () => {
  it('never runs a key twice at once, never exceeds its places and never loses an add', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 40 }),
        async (places, steps) => {
          const world = new World(places);
          for (const next of steps) await world.take(next);
          await world.drain();
          expect([...world.broken, ...world.owed]).toEqual([]);
          await world.queue.stop();
        },
      ),
      { numRuns: 300 },
    );
  });
});
