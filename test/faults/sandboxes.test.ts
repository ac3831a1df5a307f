import { afterEach, beforeAll, describe, expect } from 'vitest';
import { repeated } from '../support/docker-inventory.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { slow } from '../support/slow.ts';
import { swarmWhole } from '../support/swarm-members.ts';
import { running } from '../support/running.ts';
import { useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';

const MIDDLE = 'router/grave-middle';
const SANDBOX = 'sandbox/grave-middle';

describe('a router in a sandbox', () => {
  const testbed = useTestbed('/grave', { HINGE_RESYNC: '5s' });
  const row = new ThreeRouters(testbed, 'grave', ['node1', 'node3', 'node2'], (document) =>
    running('sandbox', document),
  );
  let operator: OperatorProcess;

  beforeAll(async () => {
    operator = await testbed.start();
    await row.put();
  });

  afterEach(async () => {
    for (const node of testbed.lab.nodes) await node.start();
    await swarmWhole(testbed.lab);
    await row.whole();
    const { services, networks, containers } = await testbed.inventory();
    // Swarm takes those of tasks away in time; of routers there is one, which runs.
    const own = containers.filter((container) => container.running || container.workload === MIDDLE);
    expect(repeated({ services, networks, containers: own })).toEqual([]);
  });

  /** Waits until a process of before is gone. */
  const ended = async (container: { isAlive: () => Promise<boolean> }): Promise<void> =>
    eventually(async () => expect(await container.isAlive()).toBe(false), {
      timeoutMs: 5_000,
      intervalMs: 100,
      message: 'its first process is gone',
    });

  slow('is killed by the kernel with its sandbox, when no engine is there', async () => {
    const node = testbed.lab.node('node3');
    const [sandbox, router] = [await testbed.container(SANDBOX), await testbed.container(MIDDLE)];
    const since = performance.now();
    await node.kill();
    expect(await router.isAlive()).toBe(true);
    await sandbox.kill();
    await ended(router);
    await node.start();
    recovery('sandbox', 'engine killed, then the sandbox', await row.recovered(since));
  });

  slow('does not come back without its sandbox, while no operator runs', async () => {
    const before = await row.containers();
    const [sandbox, router] = [await testbed.container(SANDBOX), await testbed.container(MIDDLE)];
    expect(await operator.stop()).toBe(0);
    const since = performance.now();
    await sandbox.kill();
    await ended(router);
    await row.restarted([SANDBOX], before, since);
    const all = (await testbed.inventory()).containers.filter(({ workload }) => workload === MIDDLE);
    expect(all.map(({ id, running: runs }) => [id, runs])).toEqual([[router.found.id, false]]);
    operator = await testbed.start('after the sandbox');
    recovery('sandbox', 'operator stopped, sandbox killed, operator started', await row.recovered(since));
  });

  slow.each(['stop', 'kill', 'powerOff'] as const)('is made anew after %s of its node', async (fault) => {
    const node = testbed.lab.node('node3');
    const before = await row.containers();
    const since = performance.now();
    await node[fault]();
    await node.start();
    await row.restarted([SANDBOX, MIDDLE], before, since);
    recovery('sandbox', `${fault} and start of the engine's node`, await row.recovered(since));
  });
});
