import { beforeAll, describe, expect, it } from 'vitest';
import { Crossing } from '../support/crossing.ts';
import { grid, type Mesh, ring, waysBetween } from '../support/meshes.ts';
import { allRows } from '../support/slow.ts';
import { type Document, document, measured, useTestbed } from '../support/testbed.ts';

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
  const crossing = new Crossing(testbed, name);
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
    const { name: path, from, to } = course;
    const taken = await crossing.move(experimentOf(course), path, `at-${from}`, `at-${to}`);
    expect(taken).toEqual(await crossing.along(path));
  });
});
