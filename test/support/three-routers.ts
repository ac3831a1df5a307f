import { expect } from 'vitest';
import type { ObjectRef } from '../../src/api/object.ts';
import { eventually } from './eventually.ts';
import { sessionsOf } from './frr.ts';
import { type Document, document, type Testbed } from './testbed.ts';
import { Traffic } from './traffic.ts';

/** Far more than any repair takes; what each took is printed. */
const BOUND_MS = 120_000;

/**
 * A small testbed that carries traffic: Routers `NAME-left`, `NAME-middle` and `NAME-right` in a row on a Path NAME, and an Experiment NAME with the
 * hosts `a` and `b` at its ends. @param nodes where the routers must run; by default where the Swarm wants.
 */
export function threeRouters(name: string, nodes?: readonly [string, string, string]): readonly Document[] {
  const via = ['left', 'middle', 'right'].map((place) => `${name}-${place}`);
  const [first, , last] = via;
  return [
    ...via.map((router, index) => {
      const node = nodes?.[index];
      return document('Router', router, node === undefined ? undefined : { placement: { node } });
    }),
    document('Path', name, { via }),
    document('Experiment', name, {
      hosts: [
        { name: 'a', router: first },
        { name: 'b', router: last },
      ],
      connections: [{ name: 'ab', from: 'a', to: 'b', path: name }],
    }),
  ];
}

/** Three routers in a row, a host at each end, and their traffic: what most faults are done to. */
export class ThreeRouters {
  readonly testbed: Testbed;
  readonly name: string;
  readonly documents: readonly Document[];
  readonly traffic: Traffic;
  /** Keys of the routers, from left to right, and of the hosts. */
  readonly workloads: readonly string[];
  #hops: readonly string[] = [];

  /** @param nodes where the routers must run; by default where the Swarm wants. @param asWanted what becomes of each document. */
  constructor(
    testbed: Testbed,
    name: string,
    nodes?: readonly [string, string, string],
    asWanted: (document: Document) => Document = (document) => document,
  ) {
    this.testbed = testbed;
    this.name = name;
    const routers = ['left', 'middle', 'right'].map((place) => `router/${name}-${place}`);
    this.workloads = [...routers, `host/${name}/a`, `host/${name}/b`];
    this.documents = threeRouters(name, nodes).map(asWanted);
    this.traffic = new Traffic(testbed, `${name}/a`, `${name}/b`);
  }

  get refs(): readonly ObjectRef[] {
    return this.documents.map(({ ref }) => ref);
  }

  /** Writes the objects and waits until they are Ready and packets pass. */
  async put(): Promise<void> {
    await this.testbed.put(...this.documents);
    await this.testbed.ready(this.refs);
    this.#hops = await this.traffic.hops();
    expect(this.#hops).toHaveLength(4);
  }

  /** Waits until packets take the Path again. @param since monotonic ms of the fault @returns seconds since then */
  async recovered(since: number): Promise<number> {
    return this.traffic.recovered(this.#hops, since, BOUND_MS);
  }

  /** Ids of the containers that run, by workload. */
  async containers(): Promise<ReadonlyMap<string, string>> {
    return new Map(
      [...(await this.testbed.containers())].map(([workload, { found }]) => [workload, found.id]),
    );
  }

  /** Waits until each of these workloads runs in another container than before: what the Swarm does alone. @returns seconds since the fault */
  async restarted(
    workloads: readonly string[],
    before: ReadonlyMap<string, string>,
    since: number,
  ): Promise<number> {
    const again = async (): Promise<number> => {
      const now = await this.containers();
      for (const workload of workloads) {
        expect(now.get(workload), workload).toBeDefined();
        expect(now.get(workload), workload).not.toBe(before.get(workload));
      }
      return (performance.now() - since) / 1000;
    };
    const message = `Swarm runs ${workloads.join(', ')} again`;
    return eventually(again, { timeoutMs: BOUND_MS, intervalMs: 100, message });
  }

  /** Waits until every session is up, everything is Ready and says so, and the operators have nothing left to do. */
  async whole(): Promise<void> {
    const sessions = async (): Promise<void> => {
      const containers = await this.testbed.containers();
      const routers = this.workloads.filter((workload) => workload.startsWith('router/'));
      const states = await Promise.all(
        routers.map(async (workload) => {
          const router = containers.get(workload);
          if (router === undefined) throw new Error(`${workload} has no running container`);
          return Object.values(await sessionsOf(router)).map(({ state }) => state);
        }),
      );
      expect(states).toEqual([['Established'], ['Established', 'Established'], ['Established']]);
    };
    await eventually(sessions, {
      timeoutMs: BOUND_MS,
      intervalMs: 200,
      message: 'every session is up again',
    });
    await this.testbed.ready(this.refs);
    for (const operator of this.testbed.operators) if (operator.running) await operator.idle();
  }
}
