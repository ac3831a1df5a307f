import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { footingOf } from '../../support/footing.ts';
import type { OperatorProcess } from '../../support/operator.ts';
import { recovery } from '../../support/recovery.ts';
import { taskOf } from '../../support/seen.ts';
import { type Document, document, pathRef } from '../../support/testbed.ts';
import type { ThreeRouters } from '../../support/three-routers.ts';

/** A Path over links that are there, with an annotation. */
const annotated = (name: string, note: string): Document => ({
  ref: pathRef(name),
  text: JSON.stringify({
    apiVersion: 'hinge.testbed/v1alpha1',
    kind: 'Path',
    metadata: { name, annotations: { note } },
    spec: { via: ['store-left', 'store-middle'] },
  }),
});

export function fullSuite(bed: ThreeRouters): void {
  const { testbed, traffic } = bed;
  let operator: OperatorProcess;

  beforeAll(async () => {
    operator = await testbed.start('at a full store', { HINGE_RESYNC: '5s' });
    await operator.idle();
  });

  afterEach(() => testbed.store.disarm());

  afterAll(() => testbed.endOperators());

  const leader = async (): Promise<string | undefined> =>
    (await testbed.store.get(testbed.keys.leader))?.createRevision;

  const readiness = async (status: number): Promise<string> => {
    const look = async (): Promise<string> => {
      const reply = await operator.get('/readyz?verbose');
      expect(reply.status, reply.text).toBe(status);
      return reply.text;
    };
    return eventually(look, { timeoutMs: 60_000, message: `/readyz answers ${String(status)}` });
  };

  it('row 9: for lack of space: what runs is repaired all the same, and the operator says why it is silent', async () => {
    const term = await leader();
    await testbed.store.raiseNoSpace();
    await expect(testbed.put(document('Router', 'store-refused'))).rejects.toThrow('database space exceeded');

    const before = await taskOf(testbed, 'store-middle');
    const since = performance.now();
    await before.kill();
    await traffic.lost(90_000);
    const seconds = await bed.recovered(since);
    recovery('9', 'etcd out of space, and a router killed', seconds);
    expect((await taskOf(testbed, 'store-middle')).found.id).not.toBe(before.found.id);
    expect(await readiness(503)).toMatch(/etcd.*NOSPACE.*etcdctl alarm disarm/);
    expect(await leader()).toBe(term);
    expect(await operator.metric('hinge_etcd_requests_total', { outcome: 'no-space' })).toBeGreaterThan(0);
    expect(await operator.log()).toMatch(/no-space.*etcdctl alarm disarm/);

    await testbed.store.disarm();
    await testbed.ready(bed.refs);
  });

  it('row 9: for the size of objects: those that do not fit together are accepted one by one', async () => {
    const large = Array.from({ length: 4 }, (_, at) => annotated(`store-${String(at)}`, 'x'.repeat(900_000)));
    const refs = large.map(({ ref }) => ref);
    const since = performance.now();
    await testbed.put(...large);
    await testbed.ready(refs);
    recovery('9', '4 objects of 0.9 MB written at once', (performance.now() - since) / 1000, 'until Ready');
    expect(await operator.metric('hinge_etcd_requests_total', { outcome: 'too-large' })).toBe(0);
    await testbed.del(...refs);
    await testbed.gone(refs);
  });

  it('row 9: for the size of an object: it is refused, and the others go on', async () => {
    const before = await footingOf(testbed);
    // Each is one byte here, and six as JSON.
    const text = `apiVersion: hinge.testbed/v1alpha1
kind: Path
metadata: { name: store-grows, annotations: { note: "${'\\0'.repeat(500_000)}" } }
spec: { via: [store-left, store-middle] }
`;
    await testbed.put({ ref: pathRef('store-grows'), text }, annotated('store-small', ''));
    const { message } = await testbed.condition(pathRef('store-grows'), 'Valid', { status: 'False' });
    expect(message).toMatch(/expected at most 1048576 bytes as JSON.*got 3000\d\d\d bytes/);
    await testbed.ready([pathRef('store-small')]);
    await testbed.del(pathRef('store-grows'), pathRef('store-small'));
    await testbed.gone([pathRef('store-grows'), pathRef('store-small')]);
    expect(await footingOf(testbed)).toEqual(before);
    recovery('9', 'object that grows over the limit', undefined, 'refused by a condition, the others go on');
  });

  it('row 9: with space again: the operator is ready', async () => {
    expect(await readiness(200)).toContain('etcd ok');
  });
}
