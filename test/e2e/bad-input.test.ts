import { describe, expect, it } from 'vitest';
import type { ObjectRef } from '../../src/api/object.ts';
import { hinge } from '../support/operator.ts';
import {
  document,
  documentsIn,
  experiment,
  measured,
  pathRef,
  router,
  useTestbed,
} from '../support/testbed.ts';

const API = 'apiVersion: hinge.testbed/v1alpha1';

interface Case {
  readonly what: string;
  readonly ref: ObjectRef;
  readonly text: string;
  /** What the condition must name: field, value, and what was expected. */
  readonly says: readonly RegExp[];
  readonly reason?: string;
}

const spec = (kind: string, name: string, value: unknown): string =>
  JSON.stringify({ apiVersion: 'hinge.testbed/v1alpha1', kind, metadata: { name }, spec: value });

const CASES: readonly Case[] = [
  { what: 'malformed JSON', ref: router('bad-json'), text: '{"kind": "Router", ', says: [/line 1|column/i] },
  {
    what: 'malformed YAML',
    ref: router('bad-yaml'),
    text: `${API}\nkind: Router\nmetadata: {name: bad-yaml\nspec: {}\n`,
    says: [/line \d/i],
  },
  {
    what: 'an unknown field',
    ref: router('bad-field'),
    text: spec('Router', 'bad-field', { routerID: '0.0.0.9' }),
    says: [/spec\.routerID/, /routerId/],
  },
  {
    what: 'a wrong type',
    ref: router('bad-type'),
    text: spec('Router', 'bad-type', { asn: 'fifty-seven' }),
    says: [/spec\.asn/, /fifty-seven/, /expected|number|integer/i],
  },
  {
    what: 'a name that is not the last part of the key',
    ref: router('bad-name'),
    text: spec('Router', 'other-name', {}),
    says: [/metadata\.name/, /other-name/, /bad-name/],
  },
  {
    what: 'a Path over an unknown Router',
    ref: pathRef('bad-via'),
    text: spec('Path', 'bad-via', { via: ['tokyo', 'nowhere'] }),
    says: [/spec\.via\[1\]/, /nowhere/],
    reason: 'RouterNotFound',
  },
  {
    what: 'an AS number that another Router has',
    ref: router('bad-asn'),
    text: spec('Router', 'bad-asn', { asn: 64_512 }),
    says: [/spec\.asn/, /64512/, /Router\/holder/],
    reason: 'Conflict',
  },
  {
    what: 'a subnet of /30',
    ref: pathRef('bad-subnet'),
    text: spec('Path', 'bad-subnet', {
      via: ['osaka', 'holder'],
      hops: [{ between: ['osaka', 'holder'], subnet: '10.77.0.0/30' }],
    }),
    says: [/spec\.hops\[0\]\.subnet/, /10\.77\.0\.0\/30/, /\/28/],
    reason: 'SubnetTooSmall',
  },
];

describe('bad input', () => {
  const testbed = useTestbed('/badinput');
  const good = ['tokyo', 'osaka'].map(router);
  let before: ReadonlyMap<string, unknown>;

  /** What runs, and since when: containers and the sessions' ages as hinge tells them. */
  const running = async (): Promise<ReadonlyMap<string, unknown>> => {
    const containers = await testbed.containers();
    return new Map([...containers].map(([workload, { found }]) => [workload, found.id]));
  };

  it('finds a testbed that runs', async () => {
    await testbed.start();
    const documents = await documentsIn('examples/first/first.yaml');
    await testbed.put(...documents, document('Router', 'holder', { asn: 64_512 }));
    const seconds = await testbed.ready([...documents.map(({ ref }) => ref), router('holder')]);
    measured(`the first testbed is Ready after ${seconds.toFixed(1)} s`);
    before = await running();
    expect(before.size).toBe(5);
  });

  it.each(CASES)('is told by a condition: $what', async ({ ref, text, says, reason }) => {
    await testbed.put({ ref, text });
    const condition = await testbed.condition(ref, 'Valid', {
      status: 'False',
      ...(reason === undefined ? {} : { reason }),
    });
    for (const pattern of says) expect(condition.message).toMatch(pattern);
  });

  it('does not get into etcd with 2 MB, and the command line says so', async () => {
    const huge = JSON.stringify({
      apiVersion: 'hinge.testbed/v1alpha1',
      kind: 'Router',
      metadata: { name: 'huge' },
      spec: { extraConfig: `! ${'x'.repeat(2_000_000)}` },
    });
    const { exitCode, stderr } = await hinge(testbed.env, ['apply', '-f', '-'], huge);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/huge/);
    expect(stderr).toMatch(/1048576|1 MiB|1\.0 MiB/);
    expect(await testbed.store.get(testbed.keys.desiredOf(router('huge')))).toBeUndefined();
  });

  it('leaves the last valid version running, and a corrected one is taken', async () => {
    const tokyo = router('tokyo');
    await testbed.put(document('Router', 'tokyo', { asn: 64_512 }));
    const condition = await testbed.condition(tokyo, 'Valid', { status: 'False', reason: 'Conflict' });
    expect(condition.message).toMatch(/last valid version/);
    const status = await testbed.status(tokyo);
    expect(status?.conditions.find(({ type }) => type === 'Established')?.status).toBe('True');
    await testbed.put(document('Router', 'tokyo', {}));
    await testbed.ready([tokyo]);
  });

  it('disturbs nothing else', async () => {
    expect(await running()).toEqual(before);
    await testbed.ready([...good, router('holder'), pathRef('east-west'), experiment('first')]);
  });

  it('is forgotten with its key', async () => {
    const refs = CASES.map(({ ref }) => ref);
    await testbed.del(...refs);
    expect(await testbed.gone(refs)).toBeLessThan(60);
  });
});
