import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerError } from '../../src/core/failure.ts';
import { Scene } from '../support/scene.ts';
import { eventually } from '../support/eventually.ts';
import { sharedLab } from '../support/lab.ts';
import { slow } from '../support/slow.ts';
import { Barrier } from './model/barrier.ts';
import { LabSide } from './model/lab-side.ts';
import { ModelSide } from './model/model-side.ts';
import {
  anyScript,
  type Call,
  createHost,
  createNetwork,
  createRouter,
  ensureHelper,
  killHelper,
  plug,
  plugHelper,
  removeNetwork,
  unplug,
  unplugHelper,
} from './model/script.ts';
import { lookOf, type Side } from './model/side.ts';

/** What each script finds: hosts on two nodes, a link between two of them, helpers in it. */
const SCENERY: readonly Call[] = [
  createHost('a'),
  createHost('b'),
  createHost('c'),
  ensureHelper('node1'),
  ensureHelper('node2'),
  createNetwork(0),
  createNetwork(1),
  plugHelper('node1', 0),
  plugHelper('node2', 0),
  plug('a', 0, 2),
  plug('b', 0, 3),
  createRouter('a'),
];

/** How many sequences of chance are compared, and from which seed; without one, from another each time. */
const RUNS = Number(process.env['HINGE_MODEL_RUNS'] ?? 8);
const SEED = process.env['HINGE_MODEL_SEED'];
/** Bound of one sequence on a busy machine, in ms. */
const RUN_MS = 120_000;

/** Each script has names and subnets of its own. */
let scripts = 50;
let barrier: Barrier;

/** Makes the same calls on both sides; after each, outcome and look must agree as soon as both have settled. */
async function expectAgreement(script: readonly Call[], { leftovers = false } = {}): Promise<void> {
  const scene = new Scene(sharedLab(), scripts++);
  const lab = new LabSide(scene, barrier);
  const { testbed } = scene;
  const model = new ModelSide(
    scene.lab.nodes.map(({ name }) => name),
    testbed,
  );
  const outcomeOn = async (side: Side, call: Call): Promise<string> => {
    try {
      await call.make(side, testbed);
      return 'done';
    } catch (error) {
      if (error instanceof DockerError) return error.kind;
      throw error;
    }
  };
  const done: string[] = [];
  try {
    for (const call of [...SCENERY, ...script]) {
      // Only a restart of the engine would take such a copy off the lab again.
      if (!leftovers && call.removes !== undefined && model.leaves(testbed.network(call.removes).name))
        continue;
      const outcome = await model.after(outcomeOn(model, call));
      done.push(`${call.what}: ${outcome}`);
      // Refused by an engine that is still busy with the last call: whoever asks again is told what is.
      await eventually(async () => expect(await outcomeOn(lab, call)).toBe(outcome), {
        timeoutMs: 40_000,
        message: `the lab's outcome of the last of\n  ${done.join('\n  ')}`,
        intervalMs: 200,
      });
      await lab.settled();
      const look = await model.after(lookOf(model, testbed));
      await eventually(async () => expect(await lookOf(lab, testbed)).toEqual(look), {
        timeoutMs: 40_000,
        message: `the lab looks like the model after\n  ${done.join('\n  ')}`,
        intervalMs: 200,
      });
    }
  } finally {
    await lab.clear([0, 1]);
  }
}

const expectAgreements = async (options: fc.Parameters<[readonly Call[]]>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(anyScript, (script) => expectAgreement(script)),
    // Each run takes real time: the counter-example is printed as it was found.
    { ...options, endOnFailure: true },
  );

describe('the model of Swarm', () => {
  beforeAll(() => {
    barrier = new Barrier(sharedLab());
  });

  afterAll(() => barrier.clear());

  it('agrees with real engines, call by call', async () => {
    await expectAgreements({ numRuns: 1, seed: 7 });
  }, 120_000);

  slow(
    'agrees with real engines, whatever the calls',
    async () => {
      await expectAgreements({ numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) });
    },
    RUNS * RUN_MS,
  );

  slow(
    'knows that an engine plugs nothing into a helper that is dead, and says "done", whatever the network',
    async () => {
      await expectAgreement([
        removeNetwork(1),
        plugHelper('node1', 1),
        killHelper('node1'),
        plugHelper('node1', 1),
        plugHelper('node1', 0),
      ]);
    },
    RUN_MS,
  );

  slow(
    'knows when an engine keeps a copy of a network, and how that is avoided',
    async () => {
      await expectAgreement([
        unplugHelper('node1', 0),
        unplug('a', 0),
        plugHelper('node1', 0),
        unplugHelper('node1', 0),
        unplug('b', 0),
        unplugHelper('node2', 0),
        removeNetwork(0),
      ]);
    },
    RUN_MS,
  );

  slow(
    'knows which copies only a restart takes away',
    async () => {
      try {
        await expectAgreement(
          [killHelper('node1'), unplug('a', 0), unplug('b', 0), unplugHelper('node2', 0), removeNetwork(0)],
          {
            leftovers: true,
          },
        );
      } finally {
        await sharedLab().node('node1').stop();
        await sharedLab().node('node1').start();
      }
    },
    240_000,
  );
});
