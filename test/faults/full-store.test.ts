import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { footingOf } from '../support/footing.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { type Document, document, pathRef, useTestbed } from '../support/testbed.ts';
import { threeRouters } from '../support/three-routers.ts';
import { Traffic } from '../support/traffic.ts';

const BOUND_MS = 90_000;
const DOCUMENTS = threeRouters('full');
const REFS = DOCUMENTS.map(({ ref }) => ref);

/** A Path over links that are there, with an annotation. */
const annotated = (name: string, note: string): Document => ({
  ref: pathRef(name),
  text: JSON.stringify({
    apiVersion: 'hinge.testbed/v1alpha1',
    kind: 'Path',
    metadata: { name, annotations: { note } },
    spec: { via: ['full-left', 'full-middle'] },
  }),
});

describe('an etcd that takes no more', () => {
  const testbed = useTestbed('/full', { HINGE_RESYNC: '5s' });
  const traffic = new Traffic(testbed, 'full/a', 'full/b');
  let operator: OperatorProcess;
  let hops: readonly string[];

  beforeAll(async () => {
    operator = await testbed.start();
    await testbed.put(...DOCUMENTS);
    await testbed.ready(REFS);
    await operator.idle();
    hops = await traffic.hops();
  });

  afterEach(() => testbed.store.disarm());

  const leader = async (): Promise<string | undefined> =>
    (await testbed.store.get(testbed.keys.leader))?.createRevision;

  const readiness = (status: number, text: RegExp): Promise<void> =>
    eventually(
      async () => {
        const reply = await operator.get('/readyz?verbose');
        expect(reply).toEqual({ status, text: expect.stringMatching(text) as string });
      },
      { timeoutMs: 30_000, message: `/readyz answers ${String(status)}` },
    );

  it('row 9: for lack of space: what runs is repaired all the same, and the operator says why it is silent', async () => {
    const term = await leader();
    await testbed.store.raiseNoSpace();
    await expect(testbed.put(document('Router', 'full-refused'))).rejects.toThrow('database space exceeded');
    await readiness(503, /etcd.*NOSPACE.*etcdctl alarm disarm/);

    const before = await testbed.container('router/full-middle');
    const since = performance.now();
    await before.kill();
    await traffic.lost(BOUND_MS);
    const seconds = await traffic.recovered(hops, since, BOUND_MS);
    recovery('9', 'etcd out of space, and a router killed', seconds);
    expect((await testbed.container('router/full-middle')).found.id).not.toBe(before.found.id);
    expect(await leader()).toBe(term);
    expect(await operator.metric('hinge_etcd_requests_total', { outcome: 'no-space' })).toBeGreaterThan(0);
    expect(await operator.log()).toMatch(/no-space.*etcdctl alarm disarm/);

    await testbed.store.disarm();
    await readiness(200, /etcd ok/);
    await testbed.ready(REFS);
  });

  it('row 9: for the size of objects: those that do not fit together are accepted one by one', async () => {
    const large = Array.from({ length: 4 }, (_, at) => annotated(`full-${String(at)}`, 'x'.repeat(900_000)));
    const refs = large.map(({ ref }) => ref);
    const since = performance.now();
    await testbed.put(...large);
    await testbed.ready(refs);
    recovery('9', '4 objects of 0.9 MB written at once', (performance.now() - since) / 1000, 'until Ready');
    await testbed.del(...refs);
    await testbed.gone(refs);
  });

  it('row 9: for the size of an object: it is refused, and the others go on', async () => {
    const before = await footingOf(testbed);
    // Each is one byte here, and six as JSON.
    const text = `apiVersion: hinge.testbed/v1alpha1
kind: Path
metadata: { name: full-grows, annotations: { note: "${'\\0'.repeat(500_000)}" } }
spec: { via: [full-left, full-middle] }
`;
    await testbed.put({ ref: pathRef('full-grows'), text }, annotated('full-small', ''));
    const { message } = await testbed.condition(pathRef('full-grows'), 'Valid', { status: 'False' });
    expect(message).toMatch(/expected at most 1048576 bytes as JSON.*got 3000\d\d\d bytes/);
    await testbed.ready([pathRef('full-small')]);
    await testbed.del(pathRef('full-grows'), pathRef('full-small'));
    await testbed.gone([pathRef('full-grows'), pathRef('full-small')]);
    expect(await footingOf(testbed)).toEqual(before);
    recovery('9', 'object that grows over the limit', undefined, 'refused by a condition, the others go on');
  });
});
