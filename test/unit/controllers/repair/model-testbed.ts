import { Keys } from '../../../../src/api/keys.ts';
import { refText, type TestbedObject } from '../../../../src/api/object.ts';
import { operate } from '../../../../src/controllers/operator.ts';
import { DEFAULT_SETTINGS } from '../../../../src/core/plan/settings.ts';
import type { Term } from '../../../../src/ports/object-store.ts';
import { createMetrics } from '../../../../src/telemetry/metrics.ts';
import {
  type Configurations,
  ModelDevices,
  ModelHosts,
  ModelKernels,
  ModelLinks,
  ModelSegments,
  ModelRouters,
} from '../../../support/model/consoles.ts';
import { Faults } from '../../../support/model/faults.ts';
import { ModelFleet } from '../../../support/model/fleet.ts';
import { Hand } from '../../../support/model/hand.ts';
import { MemoryStore } from '../../../support/model/memory-store.ts';
import { ModelSwarm } from '../../../support/model/swarm.ts';
import { Tasks } from '../../../support/model/tasks.ts';
import { Wire } from '../../../support/model/wire.ts';
import { World } from '../../../support/model/world.ts';
import { quiet } from '../../../support/quiet.ts';
import { ManualClock } from '../../runtime/manual-clock.ts';

export const NODES = ['node1', 'node2', 'node3'] as const;
export const TESTBED = { prefix: '/hinge', helper: 'hinge-helper' } as const;

/** From an operator's death until the next one leads, in ms. */
const SUCCESSION_MS = 2_000;

const ignore = (): void => undefined;
const metrics = createMetrics({ process: false }).metrics;

/** Looks at the clock within one instant, far above what any work takes. */
const LOOKS = 100_000;

/** Stops whatever goes round and round while no time passes: nothing else would ever get its turn. */
class PatientClock extends ManualClock {
  #instant = -1;
  #looks = 0;
  /** What went round, as a call stack. */
  spin: string | undefined;

  override monotonicMs(): number {
    const now = super.monotonicMs();
    this.#looks = now === this.#instant ? this.#looks + 1 : 0;
    this.#instant = now;
    if (this.#looks < LOOKS) return now;
    const error = new Error('something goes round and round while no time passes');
    this.spin ??= error.stack;
    throw error;
  }
}

/** The whole of hinge, as `operate` runs it, on the model of Swarm, in a time that passes only when told. */
export class ModelTestbed {
  readonly clock = new PatientClock();
  readonly keys = new Keys(TESTBED.prefix);
  readonly faults = new Faults();
  readonly store = new MemoryStore();
  readonly world = new World(this.clock, NODES);
  readonly tasks = new Tasks(this.world, { startMs: 700, stopMs: 400, restartMs: 500, noticeMs: 5_000 });
  readonly hand = new Hand(this.world, this.tasks, TESTBED.prefix);
  /** What happened, for people. */
  readonly log: string[] = [];
  /** Calls that changed something, or tried to. */
  calls = 0;
  /** Operators that have begun. */
  operators = 0;
  readonly configurations: Configurations = new Map();
  readonly kernels = new ModelKernels(this.world);
  #seed: number;
  #crash: () => void = ignore;

  /** @param seed decides how long calls take, and with it in which order they arrive. */
  constructor(seed: number) {
    this.#seed = seed;
    this.#begin();
  }

  put(object: TestbedObject): void {
    const ref = { kind: object.kind, name: object.metadata.name };
    this.say(`put ${refText(ref)}`);
    this.store.put(this.keys.desiredOf(ref), JSON.stringify(object));
  }

  /** Lets time pass. @throws when something goes round without end meanwhile. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    if (this.clock.spin !== undefined) throw new Error(this.clock.spin);
  }

  /** The operator that runs dies, and another one follows. */
  crash(): void {
    this.#crash();
  }

  say(what: string): void {
    this.log.push(`${(this.clock.monotonicMs() / 1000).toFixed(2).padStart(7)} s  ${what}`);
  }

  #begin(): void {
    this.operators += 1;
    this.say('an operator begins');
    const stop = new AbortController();
    const { clock, faults, keys, store, world } = this;
    this.#crash = () => {
      this.say('the operator dies');
      this.#crash = ignore;
      wire.cut();
      stop.abort(new Error('dead'));
      world.later(SUCCESSION_MS, () => this.#begin());
    };
    const told = (call: string): void => {
      this.calls += 1;
      this.say(call);
    };
    const random = this.#random;
    const wire = new Wire({ clock, faults, random, crash: () => this.#crash(), told });
    const lead = (): Promise<Term> =>
      Promise.resolve({
        fence: store.lead(keys.leader),
        signal: stop.signal,
        resign: () => Promise.resolve(),
      });
    const deps = {
      keys,
      store,
      clock,
      random,
      metrics,
      logger: quiet,
      swarm: new ModelSwarm(world, this.tasks, wire, TESTBED.prefix),
      fleet: new ModelFleet(world, wire, faults, TESTBED),
      routers: new ModelRouters(world, wire, this.configurations, this.kernels),
      hosts: new ModelHosts(world, wire),
      links: new ModelLinks(),
      segments: new ModelSegments(this.kernels, wire),
      devices: new ModelDevices(this.kernels, wire),
      uuid: () => 'store-1',
      plan: DEFAULT_SETTINGS,
      helperImage: 'hinge/helper:1',
      resyncMs: 20_000,
      proofIntervalMs: 60_000,
      concurrency: 8,
      eventTtlSeconds: 3_600,
      deletionShare: undefined,
    };
    void operate(deps, { campaign: lead }, stop.signal);
  }

  /** A linear congruential generator (Numerical Recipes): the same seed gives the same run. */
  readonly #random = (): number => {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  };
}
