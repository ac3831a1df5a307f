import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { PathStatus } from '../../src/api/status.ts';
import { Crossing } from '../support/crossing.ts';
import { allRows } from '../support/slow.ts';
import { type Document, document, documentsIn, measured, pathRef, useTestbed } from '../support/testbed.ts';

/** Paths that cross the map; all others are single links. */
const MAPS = [
  { name: 'abilene', across: ['ab-north', 'ab-south', 'ab-zigzag'] },
  { name: 'nsfnet', across: ['nsf-direct', 'nsf-inland', 'nsf-gulf'] },
] as const;

describe.runIf(allRows).each(MAPS)('the map of $name', ({ name, across }) => {
  const testbed = useTestbed(`/${name}`);
  const crossing = new Crossing(testbed, 'crossing');
  let viaOf: ReadonlyMap<string, readonly string[]>;

  const endsOf = (path: string): readonly [string, string] => {
    const via = viaOf.get(path) ?? [];
    return [via[0] ?? '', via.at(-1) ?? ''];
  };
  const crossingBy = (path?: string): Document =>
    document('Experiment', 'crossing', {
      hosts: [...new Set(across.flatMap(endsOf))].map((router) => ({ name: `at-${router}`, router })),
      connections:
        path === undefined
          ? []
          : [{ name: 'now', from: `at-${endsOf(path)[0]}`, to: `at-${endsOf(path)[1]}`, path }],
    });

  beforeAll(async () => {
    const documents = await documentsIn(`examples/${name}`);
    viaOf = new Map(
      documents
        .filter(({ ref }) => ref.kind === 'Path')
        .map(({ ref, text }) => [ref.name, (parse(text) as { spec: { via: string[] } }).spec.via]),
    );
    await testbed.start();
    await testbed.put(...documents, crossingBy());
    const seconds = await testbed.ready([...documents, crossingBy()].map(({ ref }) => ref));
    measured(`${name}: ${String(documents.length)} objects Ready after ${seconds.toFixed(1)} s`);
  });

  it('has links that are proven, or where plain BGP knows a shorter way', async () => {
    const said = await Promise.all(
      [...viaOf.keys()].map(async (path) => {
        const { conditions } = (await testbed.status(pathRef(path))) as PathStatus;
        const { status, reason } = conditions.find(({ type }) => type === 'Proven') ?? {};
        return `${status ?? ''} ${reason ?? ''}`;
      }),
    );
    expect(said.length).toBeGreaterThan(10);
    expect([...new Set(said)].filter((one) => !['True Proven', 'Unknown NotUsed'].includes(one))).toEqual([]);
  });

  it.each(across)('is crossed along %s, there and back', async (path) => {
    const [from, to] = endsOf(path);
    const taken = await crossing.move(crossingBy(path), path, `at-${from}`, `at-${to}`);
    expect(taken).toEqual(await crossing.along(path));
  });
});
