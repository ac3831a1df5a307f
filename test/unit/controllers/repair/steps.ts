import fc from 'fast-check';
import { type TestbedObject } from '../../../../src/api/object.ts';
import { CALL_FAULTS } from '../../../support/model/faults.ts';
import { anyObject } from '../../core/plan/arbitrary.ts';
import { router } from '../../core/plan/bench.ts';
import { type ModelTestbed, NODES, TESTBED } from './model-testbed.ts';

/** Something that happens to a testbed, and how long it is left alone afterwards, in ms. */
export interface Step {
  /** For people. */
  readonly what: string;
  readonly then: number;
  readonly happen: (testbed: ModelTestbed) => void;
}

interface Happening {
  readonly what: string;
  readonly happen: Step['happen'];
}

const happening = (what: string, happen: Step['happen']): Happening => ({ what, happen });

const described = ({ kind, metadata: { name, annotations }, spec }: TestbedObject): string =>
  `${kind}/${name} ${JSON.stringify({ ...annotations, ...spec })}`;

const putting = (objects: readonly TestbedObject[]): Happening =>
  happening(`put ${objects.map(described).join(' and ')}`, (testbed) => {
    for (const object of objects) testbed.put(object);
  });

/** Another container for a router, on a certain node or on any. */
const anyReplacement = fc
  .record({
    name: fc.constantFrom('r0', 'r1', 'r2'),
    memory: fc.constantFrom('64Mi', '128Mi', '256Mi'),
    node: fc.constantFrom(undefined, ...NODES),
    runtime: fc.constantFrom('task', 'sandbox', 'sandbox'),
  })
  .map(({ name, memory, node, runtime }) =>
    putting([
      router(name, {
        resources: { memory },
        runtime,
        ...(node === undefined ? {} : { placement: { node } }),
      }),
    ]),
  );

const aDeletion = fc.nat(20).map((number) =>
  happening(`delete object ${String(number)}`, (testbed) => {
    const { keys, store } = testbed;
    const entries = store.below(keys.desired);
    const chosen = entries[number % Math.max(entries.length, 1)];
    if (chosen === undefined) return;
    testbed.say(`delete ${chosen.key}`);
    store.delete(chosen.key);
  }),
);

const aCallFault = fc
  .tuple(fc.constantFrom(...CALL_FAULTS), fc.nat(8))
  .map(([fault, skip]) =>
    happening(`call ${String(skip)} from now: ${fault}`, ({ faults }) => faults.arm(fault, skip)),
  );

const aNode = fc.constantFrom(...NODES);

/** A connection fails, or works again; what is broken at the end is mended then. */
const outage = (where: string, begins: boolean): Happening =>
  happening(`${where} ${begins ? 'does not answer' : 'answers again'}`, ({ faults }) => {
    if (begins) faults.unreachable.add(where);
    else faults.unreachable.delete(where);
  });

const anOutage = fc
  .tuple(fc.constantFrom(...NODES, 'swarm'), fc.boolean())
  .map(([where, begins]) => outage(where, begins));

const deafness = (deaf: boolean): Happening =>
  happening(deaf ? 'no event arrives' : 'events arrive again', ({ faults }) => {
    faults.deaf = deaf;
  });

const aBlindness = fc.oneof(
  fc.boolean().map((deaf) => deafness(deaf)),
  fc.tuple(aNode, fc.boolean()).map(([node, begins]) =>
    happening(`${node} lists ${begins ? 'old' : 'current'} networks`, ({ faults }) => {
      if (begins) faults.stale.add(node);
      else faults.stale.delete(node);
    }),
  ),
);

const aLoss = fc.tuple(aNode, fc.boolean()).map(([name, begins]) =>
  happening(`Swarm ${begins ? 'loses' : 'finds'} ${name}`, ({ world, hand }) => {
    if (begins) hand.lose(world.node(name));
    else hand.find(world.node(name));
  }),
);

type Deed = (testbed: ModelTestbed, number: number) => string | undefined;

/** What somebody does with the docker command, to a thing that the number stands for. */
const DEEDS = {
  'kill the container of workload': ({ hand }, number) => {
    const placed = hand.workload(number);
    if (placed !== undefined) hand.kill(placed);
    return placed?.container.name;
  },
  'kill router in sandbox': ({ hand }, number) => {
    const placed = hand.router(number);
    if (placed !== undefined) hand.kill(placed);
    return placed?.container.name;
  },
  'stop router in sandbox': ({ hand }, number) => {
    const placed = hand.router(number);
    if (placed !== undefined) hand.stop(placed);
    return placed?.container.name;
  },
  'remove router in sandbox': ({ hand }, number) => {
    const placed = hand.router(number);
    if (placed !== undefined) hand.removeContainer(placed);
    return placed?.container.name;
  },
  'disconnect a network from workload': ({ hand }, number) => {
    const placed = hand.workload(number);
    return placed !== undefined && hand.disconnect(placed, number) ? placed.container.name : undefined;
  },
  'give another address to workload': ({ hand }, number) => {
    const placed = hand.workload(number);
    return placed !== undefined && hand.readdress(placed, number) ? placed.container.name : undefined;
  },
  'kill helper': ({ hand, world }, number) => {
    const placed = hand.helper(world.node(NODES[number % 3] ?? NODES[0]), TESTBED.helper);
    if (placed !== undefined) hand.kill(placed);
    return placed?.node.name;
  },
  'remove helper': ({ hand, world }, number) => {
    const placed = hand.helper(world.node(NODES[number % 3] ?? NODES[0]), TESTBED.helper);
    if (placed !== undefined) hand.removeContainer(placed);
    return placed?.node.name;
  },
  'disconnect a network from helper': ({ hand, world }, number) => {
    const placed = hand.helper(world.node(NODES[number % 3] ?? NODES[0]), TESTBED.helper);
    return placed !== undefined && hand.disconnect(placed, number) ? placed.node.name : undefined;
  },
  'scale to 0 service': ({ hand }, number) => {
    const service = hand.service(number);
    if (service !== undefined) hand.scale(service, 0);
    return service?.observed.name;
  },
  'set a variable of service': ({ hand }, number) => {
    const service = hand.service(number);
    if (service !== undefined) hand.setEnv(service, ['BY_HAND=1']);
    return service?.observed.name;
  },
  'remove service': ({ hand }, number) => {
    const service = hand.service(number);
    if (service !== undefined) hand.removeService(service);
    return service?.observed.name;
  },
} satisfies Readonly<Record<string, Deed>>;

const aDeed = fc
  .tuple(fc.constantFrom(...Object.entries(DEEDS)), fc.nat(11))
  .map(([[what, deed], number]) => doing(what, deed, number));

const doing = (what: string, deed: Deed, number: number): Happening =>
  happening(`${what} ${String(number)}`, (testbed) => {
    const whom = deed(testbed, number);
    if (whom !== undefined) testbed.say(`somebody: ${what} ${String(number)} (${whom})`);
  });

const aCrash = fc.constant(
  happening('the operator dies', (testbed) => {
    testbed.crash();
  }),
);

const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.array(anyObject, { minLength: 1, maxLength: 2 }).map(putting) },
  { weight: 2, arbitrary: anyReplacement },
  { weight: 4, arbitrary: aDeletion },
  { weight: 6, arbitrary: aCallFault },
  { weight: 2, arbitrary: anOutage },
  { weight: 1, arbitrary: aBlindness },
  { weight: 1, arbitrary: aLoss },
  { weight: 6, arbitrary: aDeed },
  { weight: 1, arbitrary: aCrash },
);

/** Prints as what it is, in a counter-example too. */
const step = ({ what, happen }: Happening, then: number): Step => ({
  what,
  then,
  happen,
  ...{ [fc.toStringMethod]: () => `${what}, then ${String(then)} ms` },
});

export const anyStep: fc.Arbitrary<Step> = fc
  .tuple(anyHappening, fc.constantFrom(0, 20, 100, 300, 1_000, 3_000, 10_000))
  .map(([happens, then]) => step(happens, then));

const remove = (kind: 'Path' | 'Experiment', name: string): Happening =>
  happening(`delete ${kind}/${name}`, ({ keys, store }) => store.delete(keys.desiredOf({ kind, name })));

/** What chance would seldom make: every engine is about to keep a copy of networks that go. */
export const HELPERS_GONE_AND_LINKS_TOO: readonly Step[] = [
  step(deafness(true), 0),
  ...NODES.map((_, number) => step(doing('remove helper', DEEDS['remove helper'], number), 1_000)),
  step(remove('Experiment', 'e0'), 0),
  step(remove('Path', 'p0'), 3_000),
];

/** Each of the first calls is done, and its answer lost. */
export const NO_ANSWERS: readonly Step[] = Array.from({ length: 40 }, (_, skip) =>
  step(
    happening(`call ${String(skip)}: unanswered`, ({ faults }) => faults.arm('unanswered', skip)),
    0,
  ),
);

/** Nobody can say what there is of an Experiment, of which there is nothing. */
export const DELETED_UNSEEN: readonly Step[] = [
  step(outage('swarm', true), 1_000),
  step(remove('Experiment', 'e0'), 100),
];
