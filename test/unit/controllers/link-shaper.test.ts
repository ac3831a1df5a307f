import { describe, expect, it } from 'vitest';
import type { EventRecorder } from '../../../src/controllers/event-recorder.ts';
import { LinkShaper } from '../../../src/controllers/link-shaper.ts';
import type { RouterState } from '../../../src/core/diff/observed-router.ts';
import type { ObservedInterface } from '../../../src/core/diff/shaping.ts';
import { DockerError } from '../../../src/core/failure.ts';
import type { RouterSetup } from '../../../src/core/plan/desired.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { Bench, path, router } from '../core/plan/bench.ts';
import { memoryLogger } from '../runtime/log-lines.ts';
import { ManualClock } from '../runtime/manual-clock.ts';

const LINK = 'link/r1--r2';
const TARGET = { node: 'node1', containerId: 'c1' };

const setupWith = (links: object): RouterSetup => {
  const bench = new Bench().put(router('r1'), router('r2'), path('p', ['r1', 'r2'], { links }));
  const setup = bench.settle().desired.workloads.find(({ key }) => key === 'router/r1')?.setup;
  if (setup?.type !== 'router') throw new Error('r1 is not planned');
  return setup;
};

/** A router with one link, on eth1, and a kernel that says what it is asked and told. */
class Kernel {
  readonly clock = new ManualClock();
  readonly calls: string[] = [];
  alias: string | undefined;
  netem = false;
  refuses = false;
  readonly shaper = new LinkShaper({
    clock: this.clock,
    metrics: createMetrics({ process: false }).metrics,
    events: { warning: () => undefined, normal: () => undefined } as unknown as EventRecorder,
    assertLeading: () => undefined,
    links: {
      hasNetem: () => {
        this.calls.push('netem?');
        return Promise.resolve(this.netem);
      },
      read: (_target, names) => {
        this.calls.push(`read ${names.join(' ')}`);
        if (this.refuses) return Promise.reject(new DockerError('rejected', 'no tc'));
        return Promise.resolve(names.map((name) => this.#seen(name)));
      },
      allowTries: (_target, retries) => {
        this.calls.push(`try ${String(retries)}`);
        return Promise.resolve();
      },
      change: (_target, { before, tc, after }) => {
        const kinds = [...before, ...tc, ...after].map((line) => line.split(' ').slice(0, 2).join(' '));
        this.calls.push(`change ${[...new Set(kinds)].join(', ')}`);
        return Promise.resolve();
      },
    },
  });

  async settle(links: object): Promise<boolean> {
    const { logger } = memoryLogger();
    return this.shaper.settle('r1', TARGET, setupWith(links), this.#state(), logger);
  }

  #seen(name: string): ObservedInterface {
    const bare = { root: undefined, rate: undefined, leaf: undefined, filters: [] };
    return { name, mtu: 1450, alias: this.alias, ...bare };
  }

  #state(): RouterState {
    const link = { name: 'eth1', address: '10.200.0.2/27', mac: '02:00:00:00:00:01' };
    const own = { name: 'lo', address: '10.255.0.0/32', mac: '00:00:00:00:00:00' };
    const interfaces = [own, this.alias === undefined ? link : { ...link, alias: this.alias }];
    return { ready: true, appliedHash: 'a', drift: [], sessions: [], interfaces };
  }
}

describe('LinkShaper', () => {
  it('asks the kernel nothing while no link has properties', async () => {
    const kernel = new Kernel();
    expect(await kernel.settle({})).toBe(false);
    expect(kernel.calls).toEqual([]);
  });

  it('reads once for a router, and says so when the end is as it should be', async () => {
    const kernel = new Kernel();
    expect(await kernel.settle({ rate: '1mbit' })).toBe(true);
    expect(kernel.calls).toEqual([
      'read eth1',
      'change link set, qdisc add, class replace, qdisc replace, filter add',
    ]);
    expect(kernel.shaper.end('r1', LINK)).toEqual({ node: 'node1' });
    expect(await kernel.settle({ rate: '1mbit' })).toBe(false);
  });

  it('tries netem once on a node, and again later where there was none', async () => {
    const kernel = new Kernel();
    await kernel.settle({ delay: '1ms' });
    await kernel.settle({ delay: '2ms' });
    expect(kernel.calls).toEqual(['netem?', 'read eth1', 'read eth1']);
    expect(kernel.shaper.end('r1', LINK)).toEqual({ node: 'node1', lacksNetem: true });
    kernel.netem = true;
    await kernel.clock.advance(300_000);
    await kernel.settle({ delay: '2ms' });
    expect(kernel.shaper.end('r1', LINK)).toEqual({ node: 'node1' });
  });

  it('takes back what an earlier operator has done', async () => {
    const kernel = new Kernel();
    kernel.alias = 'hinge:mtu=1450';
    await kernel.settle({});
    expect(kernel.calls).toEqual(['read eth1', 'change link set']);
  });

  it('leaves TCP its time where BGP is delayed by minutes', async () => {
    const kernel = new Kernel();
    kernel.netem = true;
    await kernel.settle({ delay: '3m', control: 'shaped' });
    expect(kernel.calls.slice(0, 2)).toEqual(['try 12', 'netem?']);
  });

  it('says why nothing could be done', async () => {
    const kernel = new Kernel();
    kernel.refuses = true;
    await kernel.settle({ rate: '1mbit' });
    expect(kernel.shaper.end('r1', LINK)).toEqual({ node: 'node1', failure: 'no tc' });
  });
});
