import { describe, expect, it } from 'vitest';
import type { EventRecorder } from '../../../src/controllers/event-recorder.ts';
import { SegmentKeeper } from '../../../src/controllers/segment-keeper.ts';
import type { RouterState } from '../../../src/core/diff/observed-router.ts';
import type { ObservedSegments } from '../../../src/core/diff/segments.ts';
import { DockerError } from '../../../src/core/failure.ts';
import type { SegmentSetup } from '../../../src/core/plan/desired-segments.ts';
import { segmentedFindings } from '../../../src/core/status/segmented.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { Bench } from '../core/plan/bench.ts';
import { ring, routerOf } from '../core/plan/segmented.ts';
import { memoryLogger } from '../runtime/log-lines.ts';
import { ManualClock } from '../runtime/manual-clock.ts';

const TARGET = { node: 'node1', containerId: 'c1' };
const { desired } = new Bench().put(...ring({ name: 'own', path: 'upper' })).settle();
const setup = routerOf(desired, 'r2').segments;

/** A router, and a kernel that says what it is asked and told. */
class Kernel {
  readonly clock = new ManualClock();
  readonly calls: string[] = [];
  lacks = '';
  refuses = false;
  source: string | undefined;
  seen: ObservedSegments = { entries: [], addresses: [], source: '::', open: [], filter: '' };
  readonly keeper = new SegmentKeeper({
    clock: this.clock,
    metrics: createMetrics({ process: false }).metrics,
    events: { warning: () => undefined, normal: () => undefined } as unknown as EventRecorder,
    assertLeading: () => undefined,
    segments: {
      lacks: () => {
        this.calls.push('lacks');
        return Promise.resolve(this.lacks);
      },
      read: () => {
        this.calls.push('read');
        if (this.refuses) return Promise.reject(new DockerError('rejected', 'no ip'));
        return Promise.resolve(this.seen);
      },
      change: () => {
        this.calls.push('change');
        return Promise.resolve('');
      },
      counts: () => Promise.resolve(new Map()),
    },
  });

  /** @returns what was asked and told */
  async settle(wanted: SegmentSetup | undefined): Promise<readonly string[]> {
    this.calls.length = 0;
    await this.keeper.settle('r2', TARGET, wanted, this.#state(), memoryLogger().logger);
    return [...this.calls];
  }

  #state(): RouterState {
    const source = this.source === undefined ? {} : { segmentSource: this.source };
    return { ready: true, appliedHash: 'a', drift: [], sessions: [], interfaces: [], ...source };
  }
}

describe('SegmentKeeper', () => {
  it('asks nothing of a kernel of which nothing is wanted', async () => {
    expect(await new Kernel().settle(undefined)).toEqual([]);
  });

  it('asks a node once whether it can', async () => {
    const kernel = new Kernel();
    expect(await kernel.settle(setup)).toEqual(['lacks', 'read', 'change']);
    expect(await kernel.settle(setup)).toEqual(['read', 'change']);
    expect(kernel.keeper.router('r2')).toEqual({ node: 'node1' });
  });

  it('sets up nothing on a kernel that lacks something, says what, and asks again later', async () => {
    const kernel = new Kernel();
    kernel.lacks = 'SRv6 End.DX4: Error: Unknown';
    expect(await kernel.settle(setup)).toEqual(['lacks']);
    expect(await kernel.settle(setup)).toEqual([]);
    const path = desired.paths.find(({ name }) => name === 'upper');
    if (path === undefined) throw new Error('no Path');
    const [finding] = segmentedFindings(path, (name) => kernel.keeper.router(name), true);
    expect(finding).toMatchObject({ type: 'Segmented', status: 'False', reason: 'KernelLacksSrv6' });
    expect(finding?.message).toMatch(/node1 .*SRv6 End\.DX4.*nothing of it was set up in r2/);
    await kernel.clock.advance(300_000);
    kernel.lacks = '';
    expect(await kernel.settle(setup)).toEqual(['lacks', 'read', 'change']);
  });

  it('says what failed, and tries again', async () => {
    const kernel = new Kernel();
    kernel.refuses = true;
    await kernel.settle(setup);
    expect(kernel.keeper.router('r2')).toEqual({ node: 'node1', failure: 'no ip' });
    kernel.refuses = false;
    expect(await kernel.settle(setup)).toEqual(['read', 'change']);
  });

  it('takes away what an operator before it has left', async () => {
    const kernel = new Kernel();
    kernel.source = '5f00:0:2::';
    kernel.seen = { ...kernel.seen, addresses: ['5f00:0:2::'], source: '5f00:0:2::' };
    expect(await kernel.settle(undefined)).toEqual(['lacks', 'read', 'change']);
    expect(kernel.keeper.router('r2')).toBeUndefined();
  });
});
