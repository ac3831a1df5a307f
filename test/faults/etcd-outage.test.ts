import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { footingOf } from '../support/footing.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { slow } from '../support/slow.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { document, pathRef, router, useTestbed } from '../support/testbed.ts';
import { threeRouters } from '../support/three-routers.ts';
import { Traffic } from '../support/traffic.ts';

const DOCUMENTS = threeRouters('outage');

/** What is written after a fault: a router that joins those that run. */
const MORE = [
  document('Router', 'outage-more'),
  document('Path', 'outage-more', { via: ['outage-right', 'outage-more'] }),
];
const MORE_REFS = MORE.map(({ ref }) => ref);

describe('an etcd that is away', () => {
  const testbed = useTestbed('/outage', { HINGE_RESYNC: '5s' });
  const traffic = new Traffic(testbed, 'outage/a', 'outage/b');
  let operator: OperatorProcess;

  beforeAll(async () => {
    operator = await testbed.start();
    await testbed.put(...DOCUMENTS);
    await testbed.ready(DOCUMENTS.map(({ ref }) => ref));
  });

  afterEach(() => testbed.lab.etcd.start());

  /** Writes more, and waits until it runs and until it is gone again. @returns seconds from `since` to Ready */
  const change = async (since: number): Promise<number> => {
    await testbed.put(...MORE);
    await testbed.ready(MORE_REFS);
    const seconds = (performance.now() - since) / 1000;
    await testbed.del(...MORE_REFS);
    await testbed.gone(MORE_REFS);
    return seconds;
  };

  const expectNoHarmWhileAway = async (seconds: number): Promise<void> => {
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
    const applied = await change(performance.now());
    const note = `${String(lost)} of ${String(sent)} packets lost; a change was Ready ${applied.toFixed(1)} s after etcd was back`;
    recovery('4', `etcd down for ${(tookMs / 1000).toFixed(0)} s`, undefined, note);
    expect(lost).toBe(0);
    expect(await footingOf(testbed)).toEqual(before);
    expect((await operator.get('/readyz')).status).toBe(200);
  };

  it('row 4: for 10 s changes nothing, and what is written afterwards is applied', () =>
    expectNoHarmWhileAway(10));

  slow('row 4: for 60 s changes nothing, and what is written afterwards is applied', () =>
    expectNoHarmWhileAway(60),
  );

  describe('behind a network that fails', () => {
    let ways: readonly TcpProxy[];

    beforeAll(async () => {
      const { etcdEndpoint } = testbed.lab;
      ways = await Promise.all([1, 2].map(() => TcpProxy.start(etcdEndpoint)));
    });

    afterEach(() => Promise.all(ways.map((way) => way.open())));

    afterAll(async () => {
      expect(await operator.stop(), await operator.lastWords()).toBe(0);
      await Promise.all(ways.map((way) => way.refuse()));
    });

    /** Another operator instead of the one that runs. */
    const replaceOperator = async (endpoints: readonly TcpProxy[], resync: string): Promise<void> => {
      expect(await operator.stop(), await operator.lastWords()).toBe(0);
      operator = await testbed.start(`through ${String(endpoints.length)} ways`, {
        HINGE_ETCD_ENDPOINTS: endpoints.map(({ endpoint }) => endpoint).join(),
        HINGE_RESYNC: resync,
      });
      await operator.idle();
    };

    /** Which term it is: another leader, or the same one again, has another. */
    const term = async (): Promise<string | undefined> =>
      (await testbed.store.get(testbed.keys.leader))?.createRevision;

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
        const applied = await change(performance.now());
        recovery(
          '5',
          `TCP to etcd's endpoint ${silent === first ? '1' : '2'} of 2 swallowed`,
          noticed,
          `until noticed; a change was Ready ${applied.toFixed(1)} s after it was written then`,
        );
        expect(noticed).toBeLessThan(15);
        await silent?.open();
      }
      expect({ term: await term(), footing: await footingOf(testbed) }).toEqual(before);
    });

    it('row 6: a watch that is cut again and again misses no change', async () => {
      await replaceOperator(ways.slice(0, 1), '24h');
      const before = { term: await term(), footing: await footingOf(testbed) };
      const names = Array.from({ length: 20 }, (_, at) => `outage-nowhere-${String(at)}`);
      const [way] = ways;
      for (const [at, name] of names.entries()) {
        await testbed.put(document('Path', name, { via: ['outage-left', 'outage-nobody'] }));
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
      await testbed.put(document('Router', 'outage-gone'), document('Router', 'outage-edited'));
      await testbed.ready([router('outage-gone'), router('outage-edited')]);
      const before = await term();
      const [way] = ways;
      await way?.refuse();
      await testbed.del(router('outage-gone'));
      await testbed.put(
        document('Router', 'outage-edited', { asn: 64_999 }),
        document('Router', 'outage-new'),
      );
      await testbed.store.compact();
      await way?.open();
      const since = performance.now();
      await testbed.gone([router('outage-gone')]);
      await testbed.ready([router('outage-new'), router('outage-edited')]);
      const seconds = (performance.now() - since) / 1000;
      recovery('6', 'etcd compacted while the watch was away', seconds, 'until all that changed was applied');
      expect(await testbed.status(router('outage-edited'))).toMatchObject({ asn: 64_999 });
      const { services } = await testbed.inventory();
      expect(services.map(({ workload }) => workload)).not.toContain('router/outage-gone');
      expect(await term()).toBe(before);
    });

    /** Waits until exactly these Paths that join nothing have a status. */
    const agrees = (names: readonly string[]): Promise<void> =>
      eventually(
        async () => {
          const found = [...(await testbed.statuses()).keys()].filter((ref) => ref.includes('nowhere'));
          expect(found.sort()).toEqual(names.map((name) => `Path/${name}`).sort());
        },
        { timeoutMs: 15_000, message: 'the statuses are those of what is written' },
      );
  });
});
