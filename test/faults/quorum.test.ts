import { afterEach, beforeAll, describe, expect } from 'vitest';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { slow } from '../support/slow.ts';
import { swarmWhole } from '../support/swarm-members.ts';
import { document, useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';

const OUTAGE_MS = 60_000;

describe('the majority of the managers', () => {
  const testbed = useTestbed('/quorum', { HINGE_RESYNC: '5s' });
  const row = new ThreeRouters(testbed, 'quorum', ['node1', 'node2', 'node3']);
  const spare = document('Router', 'quorum-spare', { placement: { node: 'node1' } });
  let operator: OperatorProcess;

  beforeAll(async () => {
    operator = await testbed.start();
    await testbed.put(spare);
    await row.put();
    await testbed.ready([spare.ref]);
    await operator.idle();
  });

  const killed = (): typeof testbed.lab.nodes => testbed.lab.nodes.filter(({ name }) => name !== 'node1');

  afterEach(async () => {
    await Promise.all(killed().map((node) => node.start({ rejoin: false })));
    await swarmWhole(testbed.lab);
    await row.whole();
  });

  slow('row 24: two of three engines killed, so that the Swarm has no majority', async () => {
    const events = await testbed.events();
    const before = await testbed.containers();
    const survivors = [...before].filter(([, { found }]) => found.node === 'node1');
    const services = new Set((await testbed.inventory()).services.map(({ id }) => id));
    const accepted = async (): Promise<readonly string[]> =>
      (await testbed.store.list(testbed.keys.accepted)).entries.map(({ key }) => key);
    const acceptedBefore = await accepted();
    const seen = events.events.length;
    const since = performance.now();
    await Promise.all(killed().map((node) => node.kill()));

    // It says so: to probes, in metrics, and of the objects that it cannot see.
    const degraded = async (): Promise<void> => {
      const { status, text } = await operator.get('/readyz');
      expect({ status, text }).toMatchObject({ status: 503, text: expect.stringMatching(/swarm/) as string });
    };
    await eventually(degraded, { timeoutMs: OUTAGE_MS, message: '/readyz says that the Swarm is lost' });
    const told = (performance.now() - since) / 1000;
    const lost = { status: 'False', reason: 'SwarmUnreachable', message: /no manager of the Swarm/ } as const;
    const condition = await testbed.condition({ kind: 'Router', name: 'quorum-middle' }, 'Running', lost);
    await testbed.condition({ kind: 'Experiment', name: 'quorum' }, 'Ready', { status: 'False' });

    // What is deleted meanwhile stays until it can be removed in order.
    await testbed.del(spare.ref);
    await testbed.condition(spare.ref, 'Valid', { status: 'False', reason: 'Removing' }, OUTAGE_MS);
    const resyncs = await operator.metric('workqueue_adds_total', { name: 'sweep' });
    await eventually(
      async () =>
        expect(await operator.metric('workqueue_adds_total', { name: 'sweep' })).toBeGreaterThan(resyncs + 4),
      { timeoutMs: OUTAGE_MS, message: 'it has looked several times' },
    );
    const removals = events.events
      .slice(seen)
      .filter(({ what }) =>
        /^(container (die|destroy)|service remove|network (disconnect|remove))$/.test(what),
      )
      .map(({ what, name }) => `${what} ${name}`);
    expect(removals).toEqual([]);
    expect(await accepted()).toEqual(acceptedBefore);
    for (const [workload, container] of survivors)
      expect(await container.run('true'), `${workload} runs`).toBe('');

    const healing = performance.now();
    await Promise.all(killed().map((node) => node.start({ rejoin: false })));
    await swarmWhole(testbed.lab);
    const swarm = (performance.now() - healing) / 1000;
    const seconds = await row.recovered(healing);
    await row.whole();
    await testbed.gone([spare.ref]);
    await eventually(async () => expect(await operator.get('/readyz')).toMatchObject({ status: 200 }), {
      timeoutMs: OUTAGE_MS,
      message: '/readyz says that all is well again',
    });
    const now = new Set((await testbed.inventory()).services.map(({ id }) => id));
    expect([...now].filter((id) => !services.has(id))).toEqual([]);
    expect(now.size).toBe(services.size - 1);
    const note = `nothing removed meanwhile; said so after ${told.toFixed(1)} s (${condition.reason}); the Swarm alone needs ${swarm.toFixed(1)} s`;
    recovery('24', 'two of three engines killed: from their return', seconds, note);
  });
});
