import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { repeated } from '../support/docker-inventory.ts';
import { EngineProxy } from '../support/engine-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { recovery } from '../support/recovery.ts';
import { slow } from '../support/slow.ts';
import { swarmWhole, updateMember } from '../support/swarm-members.ts';
import { document, useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';

describe('a node that is lost', () => {
  const proxies = new Map<string, EngineProxy>();
  // After those of the testbed, which ends its operators.
  afterAll(() => Promise.all([...proxies.values()].map((proxy) => proxy.close())));
  const testbed = useTestbed('/partition', { HINGE_RESYNC: '5s' });
  // Swarm counts what is attached as tasks, so that what earlier tests have left there may have it choose node1 for everything.
  const row = new ThreeRouters(testbed, 'partition', undefined, (one) =>
    one.ref.name === 'partition-middle'
      ? document('Router', one.ref.name, { placement: { constraints: ['node.hostname!=node1'] } })
      : one,
  );

  beforeAll(async () => {
    for (const { name, socket } of testbed.lab.nodes) proxies.set(name, await EngineProxy.before(socket));
    const nodes = [...proxies].map(([name, { socket }]) => `${name}=unix://${socket}`).join(',');
    await testbed.start('first', { HINGE_NODES: nodes });
    await row.put();
  });

  afterEach(async () => {
    for (const proxy of proxies.values()) proxy.become('open');
    for (const node of testbed.lab.nodes) {
      await node.connect();
      await updateMember(testbed.lab, node.name, { Availability: 'active' });
    }
    await swarmWhole(testbed.lab);
    await row.whole();
    await oneOwnerEach();
  });

  /** A node with routers, and what runs there. Not the first: the tests look at the Swarm through that one. */
  const victim = async (): Promise<{
    name: string;
    lost: readonly string[];
    ids: ReadonlyMap<string, string>;
  }> => {
    const containers = [...(await testbed.containers())];
    const ids = new Map(containers.map(([key, { found }]) => [key, found.id]));
    const [, router] =
      containers.find(([key, { found }]) => key.startsWith('router/') && found.node !== 'node1') ?? [];
    const name = router?.found.node ?? '';
    const lost = containers.filter(([, { found }]) => found.node === name).map(([key]) => key);
    expect(lost).not.toEqual([]);
    return { name, lost, ids };
  };

  const oneOwnerEach = async (): Promise<void> => {
    const check = async (): Promise<void> => {
      const { services, networks, containers } = await testbed.inventory();
      // Swarm takes those away that ended; until then the engines' records of them have addresses that nobody holds.
      const running = containers.filter((container) => container.running);
      expect(repeated({ services, networks, containers: running })).toEqual([]);
    };
    await eventually(check, { timeoutMs: 60_000, message: 'every address has one owner' });
  };

  slow('row 17: a node drained, and active again', async () => {
    const { name, lost, ids } = await victim();
    const since = performance.now();
    await updateMember(testbed.lab, name, { Availability: 'drain' });
    const swarm = await row.restarted(lost, ids, since);
    const seconds = await row.recovered(since);
    const elsewhere = await testbed.containers();
    expect(lost.filter((key) => elsewhere.get(key)?.found.node === name)).toEqual([]);
    await row.whole();
    await oneOwnerEach();
    const ratio = (seconds / swarm).toFixed(1);
    recovery(
      '17',
      'node drained',
      seconds,
      `Swarm alone needs ${swarm.toFixed(1)} s to move ${String(lost.length)} containers: ${ratio} times that`,
    );
  });

  slow.each([
    ['though its engine answers hinge', 'open'],
    ['also from hinge', 'refusing'],
  ] as const)('row 17: a node cut off, %s, and healed', async (how, mode) => {
    const { name, lost, ids } = await victim();
    const node = testbed.lab.node(name);
    const since = performance.now();
    await node.disconnect();
    proxies.get(name)?.become(mode);
    const swarm = await row.restarted(lost, ids, since);
    const seconds = await row.recovered(since);
    const moved = await testbed.containers();
    expect(lost.filter((key) => moved.get(key)?.found.node === name)).toEqual([]);
    const ratio = (seconds / swarm).toFixed(1);
    recovery(
      '17',
      `node cut off, ${how}`,
      seconds,
      `Swarm alone needs ${swarm.toFixed(1)} s to move ${String(lost.length)} containers: ${ratio} times that`,
    );
    const healed = performance.now();
    proxies.get(name)?.become('open');
    await node.connect();
    await swarmWhole(testbed.lab);
    const swarmTook = ((performance.now() - healed) / 1000).toFixed(1);
    await oneOwnerEach();
    await row.whole();
    const took = (performance.now() - healed) / 1000;
    const note = `until every address has one owner; the Swarm alone needs ${swarmTook} s to be whole`;
    recovery('17', `node back that was cut off, ${how}`, took, note);
    const now = await testbed.containers();
    expect(lost.map((key) => now.get(key)?.found.id)).toEqual(lost.map((key) => moved.get(key)?.found.id));
  });
});
