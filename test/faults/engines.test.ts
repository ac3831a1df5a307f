import { afterEach, beforeAll, describe, expect } from 'vitest';
import type { Lab } from '../../deploy/lab/lab.ts';
import type { LabNode } from '../../deploy/lab/node.ts';
import { repeated } from '../support/docker-inventory.ts';
import { eventually } from '../support/eventually.ts';
import { recovery } from '../support/recovery.ts';
import { slow } from '../support/slow.ts';
import { swarmLeader, swarmWhole, updateMember } from '../support/swarm-members.ts';
import { useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';

/** Which engine is killed. */
const VICTIMS = {
  'the leader of the Swarm': swarmLeader,
  'another manager': async (lab: Lab) => other(lab, await swarmLeader(lab)),
  'a worker': async (lab: Lab) => {
    const node = other(lab, await swarmLeader(lab));
    await updateMember(lab, node.name, { Role: 'worker' });
    const demoted = async (): Promise<void> => {
      const { Swarm } = (await node.docker.info()) as { Swarm: { ControlAvailable: boolean } };
      expect(Swarm.ControlAvailable).toBe(false);
    };
    await eventually(demoted, { timeoutMs: 30_000, message: `${node.name} is a worker` });
    return node;
  },
} as const;

function other(lab: Lab, leader: LabNode): LabNode {
  const node = lab.nodes.findLast((candidate) => candidate !== leader);
  if (node === undefined) throw new Error('the lab has one node only');
  return node;
}

describe('engines', () => {
  const testbed = useTestbed('/engines', { HINGE_RESYNC: '5s' });
  const row = new ThreeRouters(testbed, 'engines', ['node1', 'node2', 'node3']);

  beforeAll(async () => {
    await testbed.start();
    await row.put();
  });

  afterEach(async () => {
    for (const node of testbed.lab.nodes) {
      await node.start();
      await updateMember(testbed.lab, node.name, { Role: 'manager' });
    }
    await swarmWhole(testbed.lab);
    await row.whole();
    const { services, networks, containers } = await testbed.inventory();
    // Swarm takes those away that ended; until then the engines' records of them have addresses that nobody holds.
    const running = containers.filter((container) => container.running);
    expect(repeated({ services, networks, containers: running })).toEqual([]);
  });

  slow.each(Object.entries(VICTIMS))('row 16: the engine of %s killed and restarted', async (who, choose) => {
    const victim = await choose(testbed.lab);
    const before = await testbed.containers();
    const lost = [...before].filter(([, { found }]) => found.node === victim.name).map(([key]) => key);
    expect(lost).not.toEqual([]);
    const ids = new Map([...before].map(([key, { found }]) => [key, found.id]));
    const since = performance.now();
    await victim.kill();
    const back = victim.start();
    const swarm = await row.restarted(lost, ids, since);
    const seconds = await row.recovered(since);
    await back;
    const ratio = (seconds / swarm).toFixed(1);
    const tasks = `${String(lost.length)} containers`;
    recovery(
      '16',
      `engine of ${who} killed, restarted`,
      seconds,
      `Swarm alone needs ${swarm.toFixed(1)} s to restart ${tasks}: ${ratio} times that`,
    );
  });
});
