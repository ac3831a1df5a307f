import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectRef } from '../../src/api/object.ts';
import type { DockerEvents } from '../support/docker-events.ts';
import { repeated } from '../support/docker-inventory.ts';
import { eventually } from '../support/eventually.ts';
import { type Footing, footingOf } from '../support/footing.ts';
import { recovery } from '../support/recovery.ts';
import { allRows, slow } from '../support/slow.ts';
import {
  type Document,
  document,
  experiment,
  measured,
  pathRef,
  router,
  useTestbed,
} from '../support/testbed.ts';

type Part = 'routers' | 'path' | 'experiment';

/** Every order in which the parts of a testbed can be deleted. */
const ORDERS: readonly (readonly Part[])[] = [
  ['routers', 'path', 'experiment'],
  ['routers', 'experiment', 'path'],
  ['path', 'routers', 'experiment'],
  ['path', 'experiment', 'routers'],
  ['experiment', 'routers', 'path'],
  ['experiment', 'path', 'routers'],
];

const DISTURBING = /^(container (die|destroy)|service (update|remove)|network (disconnect|remove))$/;

/** A small testbed of its own: two routers, a Path, a host at each end. */
class Small {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  get documents(): readonly Document[] {
    const [a, b] = [`${this.name}-a`, `${this.name}-b`];
    return [
      document('Router', a),
      document('Router', b),
      document('Path', this.name, { via: [a, b] }),
      document('Experiment', this.name, {
        hosts: [
          { name: 'x', router: a },
          { name: 'y', router: b },
        ],
        connections: [{ name: 'xy', from: 'x', to: 'y', path: this.name }],
      }),
    ];
  }
  get refs(): readonly ObjectRef[] {
    return this.documents.map(({ ref }) => ref);
  }
  refsOf(part: Part): readonly ObjectRef[] {
    switch (part) {
      case 'routers':
        return [router(`${this.name}-a`), router(`${this.name}-b`)];
      case 'path':
        return [pathRef(this.name)];
      case 'experiment':
        return [experiment(this.name)];
    }
  }
}

describe('removal', () => {
  const testbed = useTestbed('/removal');
  const small = allRows ? ORDERS.map((_, index) => new Small(`p${String(index)}`)) : [];
  const calm = [
    document('Router', 'calm-a'),
    document('Router', 'calm-b'),
    document('Path', 'calm', { via: ['calm-a', 'calm-b'] }),
  ];
  let events: DockerEvents;
  let firstNames: readonly string[];
  let undisturbed: Readonly<Record<string, Footing>>;

  beforeAll(async () => {
    events = await testbed.events();
    await testbed.start();
    const documents = [...calm, ...small.flatMap((one) => one.documents)];
    await testbed.put(...documents);
    const seconds = await testbed.ready(documents.map(({ ref }) => ref));
    measured(`${String(documents.length)} objects Ready after ${seconds.toFixed(1)} s`);
    firstNames = (await Promise.all(small.map((one) => networkNames(one)))).flat();
    undisturbed = await footingOf(testbed, ['calm-a', 'calm-b']);
  });

  slow('keeps a Router until nothing names it, in whatever order things are deleted', async () => {
    const began = performance.now();
    await Promise.all(small.map((one, index) => deleteInOrder(one, ORDERS[index] ?? [])));
    measured(
      `six testbeds deleted, each in another order, in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
    const { services, networks } = await testbed.inventory();
    expect(services.map(({ name }) => name).sort()).toEqual(['removal-calm-a', 'removal-calm-b']);
    expect(new Set(networks.map(({ key }) => key))).toEqual(new Set(['management', 'link/calm-a--calm-b']));
  });

  slow(
    'row 12: takes the same names again: later, at once, and while what had them is still being removed',
    async () => {
      const [later, atOnce, meanwhile] = [small[0], small[1], small[2]] as [Small, Small, Small];
      const documents = [later, atOnce, meanwhile].flatMap((one) => one.documents);
      await testbed.put(...documents);
      await testbed.ready(documents.map(({ ref }) => ref));
      // A new network never has the name of an old one, of which an engine may have kept something.
      expect((await networkNames(later)).filter((name) => firstNames.includes(name))).toEqual([]);

      const mark = await events.mark();
      await testbed.del(...atOnce.refs);
      await testbed.put(...atOnce.documents);
      await testbed.del(...meanwhile.refs);
      const under = async (): Promise<void> => {
        const writes = await events.writesSince(mark);
        expect(writes.join('\n')).toContain(`service remove removal-${meanwhile.name}-a`);
      };
      await eventually(under, { timeoutMs: 60_000, message: 'the removal has begun' });
      await testbed.put(...meanwhile.documents);
      const seconds = await testbed.ready(documents.map(({ ref }) => ref));
      recovery('12', 'deleted and written again, at once and during the removal', seconds, 'until Ready');
      await settled(documents.map(({ ref }) => ref));
      // Swarm takes the ended containers of removed services away in its own time.
      await eventually(async () => expect(repeated(await testbed.inventory())).toEqual([]), {
        timeoutMs: 60_000,
        message: 'nothing of what was removed is left beside what took its names',
      });
      for (const one of [later, atOnce, meanwhile]) expect(await networkNames(one)).toHaveLength(3);
    },
  );

  const DURING = 'row 12: what is deleted while it is being made (at its first %s) leaves nothing behind';
  it.each(['service create', 'network connect'])(DURING, deletedAt);
  slow.each(['network create', 'container start'])(DURING, deletedAt);

  it('has touched nothing that it was not about', async () => {
    expect(await footingOf(testbed, ['calm-a', 'calm-b'])).toEqual(undisturbed);
    const lines = events.events
      .filter(({ name, what }) => name.includes('calm') && DISTURBING.test(what))
      .map(({ name, what }) => `${what} ${name}`);
    expect(lines).toEqual([]);
  });

  async function deletedAt(what: string): Promise<void> {
    const short = new Small('short');
    const mark = await events.mark();
    await testbed.put(...short.documents);
    const begun = (): void => {
      const lines = events.events.slice(mark).filter((event) => event.what === what);
      expect(lines).not.toEqual([]);
    };
    await eventually(begun, { timeoutMs: 60_000, intervalMs: 10, message: `the first ${what}` });
    await testbed.del(...short.refs);
    const seconds = await testbed.gone(short.refs);
    const left = async (): Promise<void> => {
      const { services, networks, containers } = await testbed.inventory();
      const named = [...services, ...containers].filter(({ name }) => name.includes(short.name));
      expect(named.map(({ name }) => name)).toEqual([]);
      expect(networks.filter(({ key }) => key.includes(short.name)).map(({ name }) => name)).toEqual([]);
      expect((await testbed.allocations()).filter(({ value }) => value.includes(short.name))).toEqual([]);
    };
    await eventually(left, { timeoutMs: 60_000, message: 'nothing is left of it' });
    recovery('12', `deleted during its creation, at the first ${what}`, seconds, 'until it is gone');
  }

  /** Deletes a testbed step by step, and looks after each at what remains. */
  async function deleteInOrder(one: Small, order: readonly Part[]): Promise<void> {
    const remaining = new Set<Part>(['routers', 'path', 'experiment']);
    const footing = await footingOf(testbed, [`${one.name}-a`]);
    for (const part of order) {
      remaining.delete(part);
      await testbed.del(...one.refsOf(part));
      const namers = [
        ...(remaining.has('experiment') ? [`Experiment/${one.name}`] : []),
        ...(remaining.has('path') ? [`Path/${one.name}`] : []),
      ];
      if (!remaining.has('routers') && namers.length > 0) {
        const message = new RegExp(`deleted.*still named by ${namers.join(', ')}`);
        const kept = { status: 'True', reason: 'KeptInUse', message } as const;
        for (const ref of one.refsOf('routers')) await testbed.condition(ref, 'Valid', kept);
        const now = (await footingOf(testbed, [`${one.name}-a`]))[`${one.name}-a`]?.container;
        if (now !== footing[`${one.name}-a`]?.container)
          throw new Error(`${one.name}-a is kept, yet its container is another one`);
      }
      if (!remaining.has('path')) await testbed.gone([pathRef(one.name)]);
      if (!remaining.has('experiment')) await testbed.gone([experiment(one.name)]);
      else if (!remaining.has('path')) {
        const missing = { status: 'False', reason: 'PathNotFound', message: new RegExp(one.name) } as const;
        await testbed.condition(experiment(one.name), 'Valid', missing);
      }
    }
    await testbed.gone(one.refs);
  }

  async function networkNames(one: Small): Promise<readonly string[]> {
    const { networks } = await testbed.inventory();
    const own = networks.filter(
      ({ key }) => key.includes(`/${one.name}-a--`) || key.includes(`access/${one.name}/`),
    );
    return [...new Set(own.map(({ name }) => name))];
  }

  /** Ready, and stays so: what was Ready before it was deleted must not be taken for what is there now. */
  async function settled(refs: readonly ObjectRef[]): Promise<void> {
    await testbed.operators[0]?.idle();
    await testbed.ready(refs);
  }
});
