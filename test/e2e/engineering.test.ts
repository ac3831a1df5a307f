import { beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentStatus, PathStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import { footingOf } from '../support/footing.ts';
import { traceroute } from '../support/frr.ts';
import { grid, type Mesh, ring, waysBetween } from '../support/meshes.ts';
import { allRows } from '../support/slow.ts';
import { type Document, document, experiment, measured, pathRef, useTestbed } from '../support/testbed.ts';
import { Traffic } from '../support/traffic.ts';

const BOUND_MS = 60_000;
/** Packets sent while a connection moves from one Path to the next, 100 each second. */
const PACKETS = 200;

interface Course {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly via: readonly string[];
}

/** The shortest way, the longest, and one between, for each of these pairs. */
function coursesOf(mesh: Mesh, pairs: readonly (readonly [string, string])[]): readonly Course[] {
  return pairs.flatMap(([from, to]) => {
    const ways = waysBetween(mesh, from, to);
    const chosen = new Map([
      ['shortest', ways[0]],
      ['longest', ways.at(-1)],
      ...(ways.length > 2 ? [['middle', ways[Math.floor(ways.length / 2)]] as const] : []),
    ]);
    return [...chosen].map(([what, via = []]) => ({ name: `${from}-${to}-${what}`, from, to, via }));
  });
}

const MESHES = [
  {
    name: 'ring',
    mesh: ring('ring', 6),
    corners: ['ring-1', 'ring-4', 'ring-2', 'ring-3', 'ring-5', 'ring-6'],
  },
  { name: 'grid', mesh: grid('grid', 3), corners: ['grid-1', 'grid-9', 'grid-3', 'grid-7'] },
] as const;

/** The first two, which are as far apart as can be; or, where time does not matter, each with each. */
const pairsOf = (corners: readonly string[]): readonly (readonly [string, string])[] =>
  corners
    .flatMap((from, at) => corners.slice(at + 1).map((to) => [from, to] as const))
    .slice(0, allRows ? undefined : 1);

/** A grid has every kind of way that a ring has. */
const chosen = allRows ? MESHES : MESHES.filter(({ name }) => name === 'grid');

describe.each(chosen)('engineering by BGP on a $name', ({ name, mesh, corners }) => {
  const testbed = useTestbed(`/engineering-${name}`);
  const pairs = pairsOf(corners);
  const courses = coursesOf(mesh, pairs);
  const hosts = [...new Set(pairs.flat())].map((router) => ({ name: `at-${router}`, router }));
  const experimentOf = (course?: Course): Document =>
    document('Experiment', name, {
      hosts,
      connections:
        course === undefined
          ? []
          : [{ name: 'now', from: `at-${course.from}`, to: `at-${course.to}`, path: course.name }],
    });

  /** Until hinge has proven that packets take a Path. @returns seconds */
  const proven = async (course: Course): Promise<number> => {
    const began = performance.now();
    const look = async (): Promise<void> => {
      const status = (await testbed.status(experiment(name))) as ExperimentStatus | undefined;
      expect(status?.connections?.map(({ path }) => path)).toEqual([course.name]);
      const condition = status?.conditions.find(({ type }) => type === 'Proven');
      expect(condition, condition?.message).toMatchObject({ status: 'True' });
    };
    await eventually(look, { timeoutMs: BOUND_MS, intervalMs: 50, message: `${course.name} is proven` });
    return (performance.now() - began) / 1000;
  };

  /** The addresses by which packets enter the routers of a Path after the first, there and back. */
  const addressesOf = async (course: Course): Promise<readonly [readonly string[], readonly string[]]> => {
    const { links = [] } = (await testbed.status(pathRef(course.name))) as PathStatus;
    return [
      links.map(({ addresses }) => addresses[1]),
      links.map(({ addresses }) => addresses[0]).toReversed(),
    ];
  };

  const routersOn = async (from: string, to: string): Promise<readonly string[]> => {
    const address = await new Traffic(testbed, `${name}/${from}`, `${name}/${to}`).address();
    return (await traceroute(await testbed.container(`host/${name}/${from}`), address)).slice(1, -1);
  };

  beforeAll(async () => {
    await testbed.start();
    const documents = [
      ...[...mesh.keys()].map((router) => document('Router', router)),
      ...courses.map((course) => document('Path', course.name, { via: course.via })),
      experimentOf(),
    ];
    await testbed.put(...documents);
    const seconds = await testbed.ready(documents.map(({ ref }) => ref));
    measured(
      `${name}: ${String(mesh.size)} routers, ${String(courses.length)} Paths Ready after ${seconds.toFixed(1)} s`,
    );
  });

  it.each(courses)('$name: packets take it there and back, and no session is touched', async (course) => {
    const [from, to] = [`at-${course.from}`, `at-${course.to}`];
    const before = await footingOf(testbed);
    const lost = new Traffic(testbed, `${name}/${from}`, `${name}/${to}`).losses(PACKETS);
    await testbed.put(experimentOf(course));
    const seconds = await proven(course);
    const [there, back] = await addressesOf(course);
    expect(await routersOn(from, to)).toEqual(there);
    expect(await routersOn(to, from)).toEqual(back);
    measured(
      `${course.name} (${course.via.join(' ')}): proven ${seconds.toFixed(1)} s after put, ${String(await lost)} of ${String(PACKETS)} packets lost`,
    );
    expect(await footingOf(testbed)).toEqual(before);
  });
});
