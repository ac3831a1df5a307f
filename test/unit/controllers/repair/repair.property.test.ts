import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECONCILE_ANNOTATION } from '../../../../src/api/meta.ts';
import { refText } from '../../../../src/api/object.ts';
import { recallAccepted } from '../../../../src/controllers/recall.ts';
import { existing, experiment, path, router } from '../../core/plan/bench.ts';
import { valuesOf } from '../../core/plan/invariants.ts';
import { ModelTestbed } from './model-testbed.ts';
import { planOf } from './plan-of.ts';
import { anyStep, type Step } from './steps.ts';
import { differences, foreignOf } from './whole.ts';

/** Runs of the property: `HINGE_MODEL_RUNS=2000` for a long one. */
const RUNS = Number(process.env['HINGE_MODEL_RUNS'] ?? 40);
/** Bound of the way back after the last fault, in ms of the model's time. */
const BACK_MS = 180_000;
const LOOK_MS = 2_000;
/** Nothing is done any more for this many ms, once all is as it should be. */
const QUIET_MS = 60_000;

async function play(seed: number, steps: readonly Step[]): Promise<void> {
  const testbed = new ModelTestbed(seed);
  const { clock, world } = testbed;
  addForeign(testbed);
  const foreign = JSON.stringify(foreignOf(world));
  try {
    testbed.put(router('r0'));
    testbed.put(router('r1'));
    testbed.put(router('r2'));
    testbed.put(path('p0', ['r0', 'r1', 'r2']));
    const hosts = [
      { name: 'a', router: 'r0' },
      { name: 'b', router: 'r2' },
    ];
    testbed.put(experiment('e0', { hosts, connections: [{ name: 'c', from: 'a', to: 'b', path: 'p0' }] }));
    await clock.advance(10_000);
    let values = valuesNow(testbed, new Map());
    for (const { what, then, happen } of steps) {
      testbed.say(`--- ${what}`);
      happen(testbed);
      await clock.advance(then);
      values = valuesNow(testbed, values);
    }
    testbed.say('--- the faults end');
    endFaults(testbed);
    await expectWhole(testbed);
    valuesNow(testbed, values);
    const before = testbed.calls;
    await clock.advance(QUIET_MS);
    expect(testbed.calls - before, 'calls that change something, although all is as it should be').toBe(0);
    expect(differences(world, planOf(testbed).desired)).toEqual([]);
    expect(JSON.stringify(foreignOf(world)), 'what is not of this testbed').toBe(foreign);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`${words}\n\n${testbed.log.join('\n')}`, { cause: error });
  } finally {
    testbed.crash();
  }
}

/** Names, numbers and addresses of all objects, which must be those of `before` for every object that is still of the same generation. */
function valuesNow(testbed: ModelTestbed, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const plan = planOf(testbed);
  if (!plan.settled) return before;
  const { keys, store } = testbed;
  const now = valuesOf({ accepted: recallAccepted(keys, store.below(keys.accepted)) }, plan);
  const changed = [...before].filter(([key, value]) => now.has(key) && now.get(key) !== value);
  expect(changed, 'values of objects that nobody changed').toEqual([]);
  return now;
}

async function expectWhole(testbed: ModelTestbed): Promise<void> {
  const { clock, world } = testbed;
  const until = clock.monotonicMs() + BACK_MS;
  const open = (): readonly string[] => {
    const { desired } = planOf(testbed);
    const { removing, changes } = planOf(testbed, existing(desired));
    return [
      ...differences(world, desired),
      ...removing.map((ref) => `+ the record of ${refText(ref)}`),
      ...changes.release.map(({ pool, value }) => `+ the claim of ${pool} ${value}`),
      ...changes.take.map(({ pool, value }) => `- the claim of ${pool} ${value}`),
      ...changes.accept.map(({ ref }) => `- the record of ${refText(ref)}`),
    ];
  };
  while (open().length > 0 && clock.monotonicMs() < until) await clock.advance(LOOK_MS);
  expect(open(), `differences after ${String(BACK_MS / 1000)} s without a fault`).toEqual([]);
  await clock.advance(LOOK_MS);
}

/** Everything answers again, and nothing is frozen any more. */
function endFaults(testbed: ModelTestbed): void {
  const { faults, hand, keys, store, world } = testbed;
  faults.end();
  for (const node of world.nodes.values()) if (node.lost) hand.find(node);
  for (const name of world.nodes.keys()) world.hint(name, 'all');
  for (const { object } of recallAccepted(keys, store.below(keys.accepted)).values()) {
    const { annotations, ...metadata } = object.metadata;
    if (annotations?.[RECONCILE_ANNOTATION] !== undefined) testbed.put({ ...object, metadata });
  }
}

/** Things of others, some of which look like ours. */
function addForeign({ world }: ModelTestbed): void {
  const labels = { 'hinge.testbed/prefix': '/other', 'hinge.testbed/workload': 'router/r0' };
  const network = { id: 'foreign', name: 'other-r0-r1', labels, subnet: '10.77.0.0/24' };
  world.networks.set(network.id, network);
  const node = world.node('node1');
  const made = { name: 'other-r0', image: 'x', labels, service: undefined };
  const container = world.addContainer(node, made);
  world.attach(node, container, network, { managed: true, address: undefined });
}

describe('hinge on a model of Swarm', () => {
  it(
    'comes back to what should be, whatever happened, and then leaves it alone',
    async () => {
      await fc.assert(fc.asyncProperty(fc.nat(), fc.array(anyStep, { minLength: 1, maxLength: 15 }), play), {
        numRuns: RUNS,
      });
    },
    RUNS * 2_000,
  );
});
