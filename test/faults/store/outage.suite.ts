import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { footingOf } from '../../support/footing.ts';
import type { OperatorProcess } from '../../support/operator.ts';
import { recovery } from '../../support/recovery.ts';
import { slow } from '../../support/slow.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { type Document, document, pathRef, router } from '../../support/testbed.ts';
import type { ThreeRouters } from '../../support/three-routers.ts';

const BOUND_MS = 60_000;

/** A Path over a link that is there, or over none. */
const short = (name: string, last = 'store-middle'): Document =>
  document('Path', name, { via: ['store-left', last] });

/** As a user writes it who has not written the router yet. */
const nowhere = (name: string): Document => short(name, 'store-nobody');

export function outageSuite({ testbed, traffic }: ThreeRouters): void {
  let operator: OperatorProcess;
  let ways: readonly TcpProxy[];

  beforeAll(async () => {
    operator = await testbed.start();
    await operator.idle();
    const { etcdEndpoint } = testbed.lab;
    ways = await Promise.all([1, 2].map(() => TcpProxy.start(etcdEndpoint)));
  });

  afterEach(async () => {
    await testbed.lab.etcd.start();
    await Promise.all(ways.map((way) => way.open()));
  });

  afterAll(async () => {
    await testbed.endOperators();
    await Promise.all(ways.map((way) => way.refuse()));
  });

  /** Which term it is: another leader, or the same one again, has another. */
  const term = async (): Promise<string | undefined> =>
    (await testbed.store.get(testbed.keys.leader))?.createRevision;

  const expectNoHarmWhileAway = async (seconds: number, more: readonly Document[]): Promise<void> => {
    const refs = more.map(({ ref }) => ref);
    const events = await testbed.events();
    const before = await footingOf(testbed);
    const mark = await events.mark();
    await testbed.lab.etcd.kill();
    const since = performance.now();
    const { sent, lost } = await traffic.lossesFor(seconds * 1000);
    await eventually(
      async () => {
        const { status, text } = await operator.get('/readyz?verbose');
        expect({ status, text }).toEqual({ status: 503, text: expect.stringContaining('etcd') as string });
      },
      { timeoutMs: 30_000, message: 'the operator says that etcd is away' },
    );
    expect(await events.writesSince(mark)).toEqual([]);
    expect(await footingOf(testbed)).toEqual(before);

    const tookMs = performance.now() - since;
    await testbed.lab.etcd.start();
    const back = performance.now();
    await testbed.put(...more);
    await testbed.ready(refs);
    const applied = (performance.now() - back) / 1000;
    const what = more.map(({ ref }) => ref.kind).join(' and ');
    const note = `${String(lost)} of ${String(sent)} packets lost; a new ${what} was Ready ${applied.toFixed(1)} s after etcd was back`;
    recovery('4', `etcd down for ${(tookMs / 1000).toFixed(0)} s`, undefined, note);
    await testbed.del(...refs);
    await testbed.gone(refs);
    expect(lost).toBe(0);
    expect(await footingOf(testbed)).toEqual(before);
    await expect.poll(async () => (await operator.get('/readyz')).status, { timeout: 30_000 }).toBe(200);
  };

  it('row 4: for 10 s: nothing changes, and what is written afterwards is applied', () =>
    expectNoHarmWhileAway(10, [short('store-after')]));

  slow('row 4: for 60 s: nothing changes, and what is written afterwards is applied', () =>
    expectNoHarmWhileAway(60, [
      document('Router', 'store-more'),
      document('Path', 'store-more', { via: ['store-right', 'store-more'] }),
    ]),
  );

  /** Another operator instead of the one that runs. */
  const replaceOperator = async (endpoints: readonly TcpProxy[], resync: string): Promise<void> => {
    expect(await operator.stop(), await operator.lastWords()).toBe(0);
    operator = await testbed.start(`through ${String(endpoints.length)} ways`, {
      HINGE_ETCD_ENDPOINTS: endpoints.map(({ endpoint }) => endpoint).join(),
      HINGE_RESYNC: resync,
    });
    await operator.idle();
  };

  it('row 5: a connection that swallows all packets is noticed, and another endpoint is used', async () => {
    await replaceOperator(ways, '5s');
    const before = { term: await term(), footing: await footingOf(testbed) };
    const [first, second] = ways;
    for (const [silent, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const since = performance.now();
      silent?.silence();
      const told = `"next":"${new URL(other?.endpoint ?? '').host}"`;
      await eventually(async () => expect(await operator.log()).toContain(told), {
        timeoutMs: 15_000,
        message: 'the operator says that etcd does not answer, and which endpoint it asks next',
      });
      const noticed = (performance.now() - since) / 1000;
      const written = performance.now();
      await testbed.put(short('store-meanwhile'));
      await testbed.ready([pathRef('store-meanwhile')]);
      const applied = (performance.now() - written) / 1000;
      recovery(
        '5',
        `TCP to etcd's endpoint ${silent === first ? '1' : '2'} of 2 swallowed`,
        noticed,
        `until noticed; a Path was Ready ${applied.toFixed(1)} s after it was written then`,
      );
      await testbed.del(pathRef('store-meanwhile'));
      await testbed.gone([pathRef('store-meanwhile')]);
      expect(noticed).toBeLessThan(15);
      await silent?.open();
    }
    expect({ term: await term(), footing: await footingOf(testbed) }).toEqual(before);
  });

  /** Waits until exactly these Paths that join nothing have a status. */
  const agrees = (names: readonly string[]): Promise<void> =>
    eventually(
      async () => {
        const found = [...(await testbed.statuses()).keys()].filter((ref) => ref.includes('nowhere'));
        expect(found.sort()).toEqual(names.map((name) => `Path/${name}`).sort());
      },
      { timeoutMs: BOUND_MS, message: 'the statuses are those of what is written' },
    );

  it('row 6: a watch that is cut again and again misses no change', async () => {
    await replaceOperator(ways.slice(0, 1), '24h');
    const before = { term: await term(), footing: await footingOf(testbed) };
    const names = Array.from({ length: 20 }, (_, at) => `store-nowhere-${String(at)}`);
    const [way] = ways;
    for (const [at, name] of names.entries()) {
      await testbed.put(nowhere(name));
      if (at % 2 === 1) await testbed.del(pathRef(names[at - 1] ?? ''));
      way?.cut();
    }
    const left = names.filter((_, at) => at % 2 === 1);
    const since = performance.now();
    await agrees(left);
    await testbed.del(...left.map(pathRef));
    way?.cut();
    await agrees([]);
    const seconds = (performance.now() - since) / 1000;
    recovery('6', 'watch cut 20 times under changes', seconds, 'until every status agreed, and was gone');
    expect({ term: await term(), footing: await footingOf(testbed) }).toEqual(before);
  });

  it('row 6: what changed while disconnected is noticed, though etcd has compacted it', async () => {
    await replaceOperator(ways.slice(0, 1), '24h');
    const [gone, edited, added] = [pathRef('store-gone'), pathRef('store-edited'), pathRef('store-added')];
    await testbed.put(short('store-gone'), nowhere('store-edited'));
    await testbed.ready([gone]);
    await testbed.condition(edited, 'Valid', { status: 'False', message: /store-nobody/ });
    const before = await term();
    const [way] = ways;
    await way?.refuse();
    await testbed.del(gone);
    await testbed.put(short('store-edited'), short('store-added'));
    await testbed.store.compact();
    await way?.open();
    const since = performance.now();
    await testbed.gone([gone]);
    await testbed.ready([edited, added]);
    const seconds = (performance.now() - since) / 1000;
    recovery('6', 'etcd compacted while the watch was away', seconds, 'until all that changed was applied');
    expect(await term()).toBe(before);
    await testbed.del(edited, added);
    await testbed.gone([edited, added]);
  });

  slow('row 6: the same for routers, whose services go and come', async () => {
    await replaceOperator(ways.slice(0, 1), '24h');
    await testbed.put(document('Router', 'store-gone'), document('Router', 'store-edited'));
    await testbed.ready([router('store-gone'), router('store-edited')]);
    const [way] = ways;
    await way?.refuse();
    await testbed.del(router('store-gone'));
    await testbed.put(document('Router', 'store-edited', { asn: 64_999 }), document('Router', 'store-added'));
    await testbed.store.compact();
    await way?.open();
    const since = performance.now();
    await testbed.gone([router('store-gone')]);
    await testbed.ready([router('store-added'), router('store-edited')]);
    const seconds = (performance.now() - since) / 1000;
    recovery('6', 'etcd compacted while routers changed', seconds, 'until all that changed was applied');
    expect(await testbed.status(router('store-edited'))).toMatchObject({ asn: 64_999 });
    const { services } = await testbed.inventory();
    expect(services.map(({ workload }) => workload)).not.toContain('router/store-gone');
    await testbed.del(router('store-added'), router('store-edited'));
    await testbed.gone([router('store-added'), router('store-edited')]);
  });
}
