import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { EngineProxy } from '../support/engine-proxy.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator.ts';
import { recovery } from '../support/recovery.ts';
import { taskOf } from '../support/seen.ts';
import { slow } from '../support/slow.ts';
import { type Document, document, experiment, useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';

/** What the relist, each 20 s (`HINGE_RESYNC`), and the repair after it may take together. */
const RELISTED_S = 30;

describe('engines that answer badly', () => {
  const proxies = new Map<string, EngineProxy>();
  // After those of the testbed, which ends its operators.
  afterAll(() => Promise.all([...proxies.values()].map((proxy) => proxy.close())));
  const testbed = useTestbed('/sick');
  const row = new ThreeRouters(testbed, 'sick', ['node1', 'node2', 'node3']);
  let operator: OperatorProcess;

  beforeAll(async () => {
    for (const { name, socket } of testbed.lab.nodes) proxies.set(name, await EngineProxy.before(socket));
    const nodes = [...proxies].map(([name, { socket }]) => `${name}=unix://${socket}`).join(',');
    operator = await testbed.start('first', { HINGE_NODES: nodes });
    await row.put();
  });

  afterEach(async () => {
    for (const proxy of proxies.values()) proxy.become('open');
    await row.whole();
  });

  const proxyOf = (node: string): EngineProxy => {
    const proxy = proxies.get(node);
    if (proxy === undefined) throw new Error(`${node} has no proxy`);
    return proxy;
  };

  slow.each([
    ['answers after 60 s', 'slow'],
    ['cuts its answers in their middle', 'cutting'],
  ] as const)('row 14: an engine %s, and other nodes go on', async (what, mode) => {
    const sick = proxyOf('node2');
    // An answer that is cut is no answer: the call ends when its time is up.
    const failures = (): Promise<number> =>
      operator.metric('hinge_docker_requests_total', { node: 'node2', outcome: 'timeout' });
    const before = await failures();
    const began = performance.now();
    sick.become(mode);
    const unread = { status: 'False', reason: 'NodeUnreachable', message: /node2/ } as const;
    await testbed.condition({ kind: 'Router', name: 'sick-middle' }, 'Running', unread);
    const told = (performance.now() - began) / 1000;

    const ids = await row.containers();
    const left = await taskOf(testbed, 'sick-left');
    const since = performance.now();
    await left.kill();
    await row.restarted([left.found.workload ?? ''], ids, since);
    const seconds = await row.recovered(since);
    expect(await failures()).toBeGreaterThan(before);
    const asked = sick.met / ((performance.now() - began) / 1000);
    recovery(
      '14',
      `router killed on another node while an engine ${what}`,
      seconds,
      `said so after ${told.toFixed(1)} s; the sick engine is asked ${asked.toFixed(1)} times a second`,
    );
    // Nobody hammers an engine that is ill: the events, the containers and the networks are asked for, and all of it rests in between.
    expect(asked).toBeLessThan(5);

    sick.become('open');
    const again = performance.now();
    await row.whole();
    const back = (performance.now() - again) / 1000;
    recovery('14', `engine that ${what} is well again`, back, 'until everything is Ready');
    const now = await row.containers();
    for (const key of row.workloads.filter((key) => key !== 'router/sick-left'))
      expect(now.get(key), key).toBe(ids.get(key));
  });

  slow('a host gets another edge router while the engine of the first is away', async () => {
    const ref = experiment('moving');
    const at = (router: string): Document =>
      document('Experiment', 'moving', {
        hosts: [{ name: 'm', router, placement: { node: 'node3' } }],
        connections: [],
      });
    const members = async (): Promise<readonly string[]> => {
      const { networks, containers } = await testbed.inventory();
      const access = networks.find(({ key }) => key === 'access/moving/m')?.name;
      return containers
        .filter(({ workload }) => workload !== undefined)
        .flatMap(({ node, endpoints }) =>
          endpoints.flatMap(({ network, address }) =>
            network === access ? [`${node} has …${address.split('.')[3] ?? ''}`] : [],
          ),
        )
        .sort();
    };
    await testbed.put(at('sick-left'));
    await testbed.ready([ref]);
    expect(await members()).toEqual(['node1 has …2', 'node3 has …3']);

    const sick = proxyOf('node1');
    sick.become('refusing');
    const unread = { status: 'False', reason: 'NodeUnreachable', message: /node1/ } as const;
    await testbed.condition({ kind: 'Router', name: 'sick-left' }, 'Running', unread);
    await testbed.put(at('sick-middle'));
    // What only the first one's engine can change: until then both have the address.
    await eventually(
      async () => expect(await members()).toEqual(['node1 has …2', 'node2 has …2', 'node3 has …3']),
      { timeoutMs: 60_000, message: 'the second router has the address' },
    );

    sick.become('open');
    const again = performance.now();
    await eventually(async () => expect(await members()).toEqual(['node2 has …2', 'node3 has …3']), {
      timeoutMs: 60_000,
      message: 'the first router has left',
    });
    recovery(
      '14',
      'host gets another router while the engine of the first is away',
      (performance.now() - again) / 1000,
      'from its return until the address has one owner',
    );
    await testbed.ready([ref]);
    await testbed.del(ref);
    await testbed.gone([ref]);
  });

  slow('row 15: streams of events that are silent, so that every event is lost', async () => {
    for (const proxy of proxies.values()) proxy.become('eventless');
    const listening = (): void => {
      for (const [node, { met }] of proxies) expect(met, node).toBeGreaterThan(0);
    };
    await eventually(listening, { timeoutMs: 60_000, message: 'the operator listens to all engines again' });
    await operator.idle();
    const ids = await row.containers();
    const left = await taskOf(testbed, 'sick-left');
    const since = performance.now();
    await left.kill();
    const swarm = await row.restarted([left.found.workload ?? ''], ids, since);
    const seconds = await row.recovered(since);
    recovery(
      '15',
      'router killed, and no event tells of it',
      seconds,
      `by the relist; Swarm alone needs ${swarm.toFixed(1)} s`,
    );
    expect(seconds - swarm).toBeLessThan(RELISTED_S);
  });
});
