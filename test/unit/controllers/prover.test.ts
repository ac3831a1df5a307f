import { beforeEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/controllers/observation.ts';
import { Prover } from '../../../src/controllers/prover.ts';
import { RouterStates } from '../../../src/controllers/router-states.ts';
import type { Testbed } from '../../../src/controllers/testbed.ts';
import type { Trace } from '../../../src/core/diff/observed-router.ts';
import type { Probe } from '../../../src/core/prove/probe.ts';
import type { Echoes } from '../../../src/core/prove/verdict.ts';
import { container, scene } from '../../support/observed.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { ManualClock } from '../runtime/manual-clock.ts';

/** From host a over r1 and r2 to host b, and back. */
const PROBE = {
  forward: {
    from: 'host/x/a',
    to: '10.2.0.3',
    hops: [
      { router: 'r1', address: '10.1.0.2' },
      { router: 'r2', address: '10.9.0.3' },
    ],
  },
  reverse: {
    from: 'host/x/b',
    to: '10.1.0.3',
    hops: [
      { router: 'r2', address: '10.2.0.2' },
      { router: 'r1', address: '10.9.0.2' },
    ],
  },
  edge: { router: 'r1', prefix: '10.2.0.0/24', asPath: [2] },
} satisfies Probe;

const PLANNED = { text: 'router bgp 2\n', hash: 'planned' };

const notAsked = (): Promise<never> => Promise.reject(new Error('not asked here'));

/** A prover, and packets that go where a test says. */
class Range {
  readonly clock = new ManualClock();
  readonly metrics = createMetrics({ process: false });
  readonly routerStates = new RouterStates(this.clock);
  /** Whether nobody changes the second router. */
  frozen = false;
  /** What was done, in order. */
  readonly asked: string[] = [];
  /** Where packets to b enter the second router; undefined: it does not answer. */
  second: string | undefined = '10.9.0.3';
  probe: Probe = PROBE;
  echoes: Echoes = { sent: 10, answered: 10, rttMs: 0.5 };
  readonly prover = new Prover({
    hosts: {
      reaches: () => Promise.resolve(true),
      trace: (_target, { address }) => {
        this.asked.push(`trace ${address}`);
        return Promise.resolve(this.#trace(address));
      },
      echo: () => {
        this.asked.push('echo');
        return Promise.resolve(this.echoes);
      },
      route: notAsked,
      spend: notAsked,
      defaultRoutes: notAsked,
    },
    routers: {
      routes: () => {
        this.asked.push('routes');
        return Promise.resolve([{ prefix: '10.2.0.0/24', nextHop: '10.9.0.3', asPath: [2] }]);
      },
      read: notAsked,
      configure: notAsked,
      restartSession: notAsked,
    },
    segments: { lacks: notAsked, read: notAsked, change: notAsked, counts: notAsked },
    observation: {
      latest: scene({
        nodes: {
          node1: ['router/r1', 'router/r2', 'host/x/a', 'host/x/b'].map((workload) => container(workload)),
        },
      }),
    } as unknown as Observation,
    testbed: {
      desired: {
        workloads: new Map([
          ['router/r2', { setup: { type: 'router', platform: 'frr', configuration: PLANNED, sessions: [] } }],
        ]),
        nameAt: (address: string) => address,
      },
      isFrozen: () => this.frozen,
    } as unknown as Testbed,
    routerStates: this.routerStates,
    clock: this.clock,
    metrics: this.metrics.metrics,
    intervalMs: 60_000,
  });

  /** The second router was read. @param appliedHash of what it runs. */
  read(appliedHash: string): void {
    const state = { ready: true, appliedHash, drift: [], sessions: [], interfaces: [] };
    this.routerStates.set('r2', container('router/r2').id, state);
  }

  /** What is asked for a proof, and what comes of it. */
  async prove(): Promise<{ readonly asked: readonly string[]; readonly reason: string | undefined }> {
    this.asked.length = 0;
    const { verdict } = await this.prover.prove('x/ab', this.probe, 0);
    return { asked: [...this.asked], reason: verdict?.reason };
  }

  #trace(to: string): Trace {
    const way = to === '10.2.0.3' ? ['10.1.0.2', this.second, to] : ['10.2.0.2', '10.9.0.2', to];
    return { reached: true, hops: way.map((address, at) => ({ ttl: at + 1, address, rttMs: 1 })) };
  }
}

const WHOLE = ['trace 10.2.0.3', 'trace 10.1.0.3', 'routes'];
const GLANCE = WHOLE.slice(0, 2);

describe('Prover', () => {
  let range: Range;
  beforeEach(() => {
    range = new Range();
  });

  it('looks along a proven way every five seconds, and at the AS path once a minute', async () => {
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
    await range.clock.advance(4_999);
    expect(await range.prove()).toEqual({ asked: [], reason: 'Proven' });
    await range.clock.advance(1);
    expect(await range.prove()).toEqual({ asked: GLANCE, reason: 'Proven' });
    await range.clock.advance(4_999);
    expect(await range.prove()).toEqual({ asked: [], reason: 'Proven' });
    await range.clock.advance(50_001);
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
  });

  it('proves anew what went astray, and says which hop is wrong', async () => {
    await range.prove();
    range.second = '10.8.0.3';
    await range.clock.advance(5_000);
    expect(await range.prove()).toEqual({ asked: [...GLANCE, ...WHOLE], reason: 'OtherPath' });
    range.second = '10.9.0.3';
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
  });

  it('does not doubt a proven way because a router on it leaves two traces unanswered, but three', async () => {
    await range.prove();
    range.second = undefined;
    for (const reason of ['Proven', 'Proven', 'HopSilent']) {
      await range.clock.advance(5_000);
      expect(await range.prove()).toEqual({ asked: [...GLANCE, ...WHOLE], reason });
    }
    range.second = '10.9.0.3';
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
    range.second = undefined;
    await range.clock.advance(5_000);
    expect(await range.prove()).toEqual({ asked: [...GLANCE, ...WHOLE], reason: 'Proven' });
    range.second = '10.8.0.3';
    await range.clock.advance(5_000);
    expect(await range.prove()).toEqual({ asked: [...GLANCE, ...WHOLE], reason: 'OtherPath' });
  });

  it('sends packets between hosts where what is traced is a tunnel, and says how many were lost', async () => {
    range.probe = { ...PROBE, echo: { from: 'host/x/a', to: '172.20.0.2' } };
    range.echoes = { sent: 10, answered: 9, rttMs: 0.5 };
    expect(await range.prove()).toEqual({ asked: [...WHOLE, 'echo'], reason: 'Proven' });
    expect(range.prover.last('x/ab')).toMatchObject({ rttMs: 0.5, lossPercent: 10 });
    range.echoes = { sent: 10, answered: 0, rttMs: undefined };
    await range.clock.advance(60_000);
    expect((await range.prove()).reason).toBe('NoAnswer');
    expect(range.prover.last('x/ab')?.verdict?.message).toContain('172.20.0.2 answers none of 10');
    range.second = '10.8.0.3';
    expect((await range.prove()).reason).toBe('OtherPath');
  });

  it('measures loss of layer 3 with the first glance after a proof, and with every later proof', async () => {
    range.probe = { ...PROBE, sample: { from: 'host/x/a', to: '10.2.0.3' } };
    range.echoes = { sent: 10, answered: 8, rttMs: 0.5 };
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
    expect(range.prover.last('x/ab')).toMatchObject({ rttMs: 1 });
    expect(range.prover.last('x/ab')).not.toHaveProperty('lossPercent');
    await range.clock.advance(5_000);
    expect(await range.prove()).toEqual({ asked: [...GLANCE, 'echo'], reason: 'Proven' });
    expect(range.prover.last('x/ab')).toMatchObject({ rttMs: 0.5, lossPercent: 20 });
    await range.clock.advance(5_000);
    expect(await range.prove()).toEqual({ asked: GLANCE, reason: 'Proven' });
    // Packets that are not answered say nothing of the way.
    range.echoes = { sent: 10, answered: 0, rttMs: undefined };
    await range.clock.advance(50_000);
    expect(await range.prove()).toEqual({ asked: [...WHOLE, 'echo'], reason: 'Proven' });
    expect(range.prover.last('x/ab')).toMatchObject({ rttMs: 1, lossPercent: 100 });
    // What is proven anew after a change does not wait for it.
    range.second = '10.8.0.3';
    await range.clock.advance(5_000);
    expect(await range.prove()).toEqual({ asked: [...GLANCE, ...WHOLE], reason: 'OtherPath' });
    range.second = '10.9.0.3';
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
  });

  it('takes what cannot be sent for not proven, and says why', () => {
    const verdict = { proven: false, reason: 'KernelLacksVxlan', message: 'no vxlan' };
    expect(range.prover.cannot('x/ab', PROBE, verdict).verdict).toEqual(verdict);
    expect(range.prover.last('x/ab')?.verdict).toEqual(verdict);
  });

  it('counts what was seen, until the connection is gone', async () => {
    await range.prove();
    await range.clock.advance(5_000);
    await range.prove();
    range.second = '10.8.0.3';
    await range.clock.advance(5_000);
    await range.prove();
    const counted = async (): Promise<readonly string[]> =>
      (await range.metrics.text()).split('\n').filter((line) => line.startsWith('hinge_proofs_total'));
    expect(await counted()).toEqual([
      'hinge_proofs_total{probe="x/ab",result="Proven"} 2',
      'hinge_proofs_total{probe="x/ab",result="OtherPath"} 1',
    ]);
    range.prover.retain('x/', new Set());
    expect(await counted()).toEqual([]);
  });

  it('sends nothing while a router on the way waits for its configuration', async () => {
    range.read('of the plan before');
    expect(await range.prove()).toEqual({ asked: [], reason: 'Configuring' });
    range.read('planned');
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
    // What is proven stays so while a change is applied that is not about the way.
    range.read('of the plan before');
    await range.clock.advance(5_000);
    expect(await range.prove()).toEqual({ asked: GLANCE, reason: 'Proven' });
  });

  it('waits for the ends of a tunnel, too', async () => {
    const forward = { ...PROBE.forward, hops: [] };
    range.probe = { ...PROBE, forward, reverse: { ...PROBE.reverse, from: 'router/r2', hops: [] } };
    range.read('of the plan before');
    expect(await range.prove()).toEqual({ asked: [], reason: 'Configuring' });
  });

  it('waits for no router that nobody changes, or that refused its configuration', async () => {
    range.read('of the plan before');
    range.frozen = true;
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
    range = new Range();
    range.read('of the plan before');
    range.routerStates.refused('r2', PLANNED);
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
  });

  it('forgets what was proven of another way', async () => {
    await range.prove();
    const other = { ...PROBE, edge: { ...PROBE.edge, asPath: [3, 2] } };
    expect(range.prover.notYet('x/ab', other).verdict).toBeUndefined();
  });

  it('takes nothing for proven while a link is open, and proves it anew afterwards', async () => {
    await range.prove();
    expect(range.prover.notYet('x/ab', PROBE).verdict).toMatchObject({ proven: true });
    expect(range.prover.notYet('x/ab', PROBE, 'r1 – r2').verdict).toMatchObject({
      proven: false,
      reason: 'LinkOpen',
    });
    expect(await range.prove()).toEqual({ asked: WHOLE, reason: 'Proven' });
  });
});
