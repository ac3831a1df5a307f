import { beforeEach, describe, expect, it } from 'vitest';
import type { EventRecorder } from '../../../src/controllers/event-recorder.ts';
import type { Observation } from '../../../src/controllers/observation.ts';
import { RouterStates } from '../../../src/controllers/router-states.ts';
import { SessionDoctor } from '../../../src/controllers/session-doctor.ts';
import { Testbed } from '../../../src/controllers/testbed.ts';
import type { ObservedIndex } from '../../../src/core/diff/observed-index.ts';
import type { RouterState } from '../../../src/core/diff/observed-router.ts';
import type { Diagnosis } from '../../../src/core/diagnose/session.ts';
import type { RouterSetup } from '../../../src/core/plan/desired.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { container, endpoint, network, scene } from '../../support/observed.ts';
import { Bench, path, router } from '../core/plan/bench.ts';
import { memoryLogger } from '../runtime/log-lines.ts';
import { ManualClock } from '../runtime/manual-clock.ts';

const LINK = 'link/r1--r2';
const notAsked = (): Promise<never> => Promise.reject(new Error('not asked here'));
const HELD = { 'hinge.testbed/reconcile': 'disabled' };

/** Two routers whose link is plugged in and whose session is down. */
class Ward {
  readonly clock = new ManualClock();
  answers = true;
  plugged = true;
  /** Id of the container of r2. */
  peer = 'r2-1';
  /** Links to be plugged anew and sessions restarted, in order. */
  readonly remedies: string[] = [];
  readonly #testbed = new Testbed();
  readonly #states = new RouterStates(this.clock);
  readonly #doctor: SessionDoctor;

  constructor(annotations: Record<string, string> = {}) {
    const bench = new Bench().put(router('r1'), router('r2'), path('p', ['r1', 'r2']));
    bench.settle();
    const decided = bench.put(router('r2', {}, annotations)).settle();
    this.#testbed.decided(decided, bench.accepted);
    this.#doctor = new SessionDoctor({
      clock: this.clock,
      metrics: createMetrics().metrics,
      hosts: {
        reaches: () => Promise.resolve(this.answers),
        route: notAsked,
        echo: notAsked,
        spend: notAsked,
        defaultRoutes: notAsked,
        trace: notAsked,
      },
      routers: {
        restartSession: (_target, address) => {
          this.remedies.push(`restart ${address}`);
          return Promise.resolve();
        },
        read: notAsked,
        configure: notAsked,
        routes: notAsked,
      },
      testbed: this.#testbed,
      observation: this.#observation(),
      routerStates: this.#states,
      events: { warning: () => undefined } as unknown as EventRecorder,
      assertLeading: () => undefined,
      addedMs: () => 0,
      enqueueNetwork: (key) => {
        if (this.#doctor.takeReplug(key)) this.remedies.push(`replug ${key}`);
      },
    });
    for (const name of ['r1', 'r2']) this.#states.set(name, name, this.#state(name));
  }

  /** What the doctor says of the one session of a router. */
  async examine(name: string): Promise<Diagnosis | undefined> {
    const target = { node: 'node1', containerId: this.#containerOf(name), platform: 'frr' } as const;
    const { sessions } = this.#setup(name);
    const here = { target, state: this.#state(name) };
    return (await this.#doctor.examine(name, sessions, here, memoryLogger().logger))[0];
  }

  /** Examines r1 every second. */
  async watch(seconds: number): Promise<Diagnosis | undefined> {
    let last = await this.examine('r1');
    for (let second = 0; second < seconds; second += 1) {
      await this.clock.advance(1000);
      last = await this.examine('r1');
    }
    return last;
  }

  #setup(name: string): RouterSetup {
    const setup = this.#testbed.desired.workloads.get(`router/${name}`)?.setup;
    if (setup?.type !== 'router') throw new Error(`no router ${name}`);
    return setup;
  }

  #containerOf = (name: string): string => (name === 'r2' ? this.peer : name);

  #state(name: string): RouterState {
    const sessions = this.#setup(name).sessions.map(({ address, asn }) => ({
      ...{ address, asn, state: 'Active', establishedAt: undefined, upMs: undefined },
      watched: false,
      prefixesReceived: 0,
    }));
    return { ready: true, appliedHash: undefined, drift: [], sessions, interfaces: [] };
  }

  #observation(): Observation {
    const index = (): ObservedIndex => {
      const desired = this.#testbed.desired.networks.get(LINK);
      if (desired === undefined) throw new Error(`no network ${LINK}`);
      const link = network(LINK, desired.name);
      const containers = desired.endpoints.map(({ workload, address }) =>
        container(workload, this.plugged ? [endpoint(link, address)] : [], {
          id: this.#containerOf(workload.replace('router/', '')),
        }),
      );
      return scene({ networks: [link], nodes: { node1: containers } });
    };
    const latest: Pick<Observation, 'latest'> = {
      get latest() {
        return index();
      },
    };
    return latest as Observation;
  }
}

describe('SessionDoctor', () => {
  let ward: Ward;
  beforeEach(() => {
    ward = new Ward();
  });

  it('lets timers do their work before it asks and treats', async () => {
    ward.answers = false;
    expect(await ward.watch(14)).toMatchObject({ cause: 'Settling' });
    expect(ward.remedies).toEqual([]);
    expect(await ward.watch(1)).toMatchObject({ cause: 'LinkSilent' });
    expect(ward.remedies).toEqual([`replug ${LINK}`]);
  });

  it('has a session begin anew where packets pass, and then plugs the link anew, at ever longer intervals', async () => {
    const at: number[] = [];
    for (let second = 0; second <= 1000; second += 1) {
      const before = ward.remedies.length;
      await ward.examine('r1');
      if (ward.remedies.length > before) at.push(second);
      await ward.clock.advance(1000);
    }
    const restarted = expect.stringMatching(/^restart 10\./) as string;
    expect(ward.remedies.slice(0, 3)).toEqual([restarted, `replug ${LINK}`, `replug ${LINK}`]);
    expect(at).toEqual([15, 45, 105, 225, 465, 765]);
    expect(await ward.examine('r1')).toMatchObject({
      cause: 'NotTalking',
      message: expect.stringContaining('(hinge has tried 6 times)') as string,
    });
  });

  it('treats from one end only', async () => {
    await ward.examine('r2');
    await ward.clock.advance(60_000);
    expect(await ward.examine('r2')).toMatchObject({ cause: 'NotTalking' });
    expect(ward.remedies).toEqual([]);
  });

  it('says what it finds, but touches nothing, while one of the two routers is held', async () => {
    ward = new Ward(HELD);
    expect(await ward.watch(60)).toMatchObject({ cause: 'NotTalking' });
    expect(ward.remedies).toEqual([]);
  });

  it('begins a case anew with another container', async () => {
    await ward.watch(14);
    ward.peer = 'r2-2';
    expect(await ward.watch(14)).toMatchObject({ cause: 'Settling' });
    expect(ward.remedies).toEqual([]);
  });

  it('gives a link its time again that others have plugged in anew', async () => {
    await ward.watch(10);
    ward.plugged = false;
    expect(await ward.watch(8)).toMatchObject({ cause: 'LinkNotPlugged' });
    ward.plugged = true;
    await ward.watch(14);
    expect(ward.remedies).toEqual([]);
    await ward.watch(1);
    expect(ward.remedies).toHaveLength(1);
  });
});
