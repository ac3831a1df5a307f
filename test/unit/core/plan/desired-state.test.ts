import { describe, expect, it } from 'vitest';
import type { TestbedObject } from '../../../../src/api/object.ts';
import type { DesiredState, DesiredWorkload } from '../../../../src/core/plan/desired.ts';
import { intake } from '../../../../src/core/plan/intake.ts';
import { DEFAULT_SETTINGS } from '../../../../src/core/plan/settings.ts';
import { Bench, experiment, path, reasons, router } from './bench.ts';

const planned = (...objects: readonly TestbedObject[]): DesiredState => {
  const { desired, problems } = new Bench().put(...objects).settle();
  expect(problems.size).toBe(0);
  return desired;
};

const workload = ({ workloads }: DesiredState, key: string): DesiredWorkload => {
  const found = workloads.find((each) => each.key === key);
  if (found === undefined) throw new Error(`${key} is not planned`);
  return found;
};

const shared = (...hosts: readonly Record<string, unknown>[]): TestbedObject =>
  experiment('e', { hosts: hosts.map((host) => ({ router: 'r1', ...host })) });

describe('the desired state', () => {
  it('is empty where nothing is written', () => {
    expect(planned()).toEqual({ networks: [], workloads: [], paths: [], experiments: [] });
  });

  it('is made of what is in the store alone', () => {
    const bench = new Bench().put(router('r1'), router('r2'), path('p', ['r1', 'r2']));
    expect(bench.step().desired).toEqual(planned());
    for (const [key, { pool }] of bench.allocations) if (pool === 'subnet') bench.allocations.delete(key);
    const { settled, desired } = intake(bench.input());
    expect(settled).toBe(false);
    expect(desired.networks.map(({ key }) => key)).toEqual(['management']);
    expect(desired.workloads).toHaveLength(2);
  });

  it('carries what a router runs with', () => {
    const spec = {
      image: 'registry.example/frr:9',
      placement: { node: 'node3', constraints: ['node.role!=manager', 'node.labels.site==yokosuka'] },
      resources: { cpus: 0.5, memory: '128Mi' },
    };
    expect(workload(planned(router('r1', spec)), 'router/r1').service).toMatchObject({
      name: 'hinge-r1',
      hostname: 'r1',
      image: 'registry.example/frr:9',
      command: [],
      env: [],
      constraints: ['node.hostname==node3', 'node.labels.site==yokosuka', 'node.role!=manager'],
      nanoCpus: 500_000_000,
      memoryBytes: 134_217_728,
      labels: {
        'hinge.testbed/prefix': '/hinge',
        'hinge.testbed/cluster': '6f1c',
        'hinge.testbed/workload': 'router/r1',
      },
    });
  });

  it('asks only for sysctls that belong to the container’s own network', () => {
    for (const name of Object.keys(workload(planned(router('r1')), 'router/r1').service.sysctls)) {
      expect(name).toMatch(/^net\.ipv[46]\./);
    }
  });

  it('carries what a host runs with', () => {
    const host = { name: 'a', command: ['sleep', 'infinity'], env: { B: '2', A: '1=1' }, image: 'busybox' };
    expect(workload(planned(router('r1'), shared(host)), 'host/e/a')).toMatchObject({
      owner: { kind: 'Experiment', name: 'e' },
      service: {
        name: 'hinge-e--a',
        hostname: 'a',
        image: 'busybox',
        command: ['sleep', 'infinity'],
        env: ['A=1=1', 'B=2'],
      },
      setup: { type: 'host', gateway: '10.204.0.2', address: '10.204.0.3', network: 'access/e/a' },
    });
  });

  it('takes images from the settings', () => {
    const routers = { routerFrr: 'x/frr', routerBird: 'x/bird', routerVyos: 'x/vyos' };
    const images = { ...routers, host: 'x/host', pause: 'x/pause' };
    const bench = new Bench({ ...DEFAULT_SETTINGS, images });
    const bird = router('r2', { platform: 'bird' });
    const sandboxed = router('r3', { runtime: 'sandbox' });
    const vyos = router('r4', { platform: 'vyos' });
    const { desired } = bench.put(router('r1'), bird, sandboxed, vyos, shared({ name: 'a' })).settle();
    expect(desired.workloads.map(({ service }) => service.image)).toEqual([
      'x/host',
      'x/frr',
      'x/bird',
      'x/pause',
      'x/pause',
    ]);
    expect(desired.workloads.slice(3).map(({ container }) => container?.image)).toEqual(['x/frr', 'x/vyos']);
  });
});

describe('hosts on one access subnet', () => {
  const subnet = '10.7.0.0/24';

  it('share a network that is called after the first', () => {
    const state = planned(
      router('r1'),
      shared({ name: 'b', subnet }, { name: 'a', subnet, address: '10.7.0.9' }),
    );
    expect(state.networks.find(({ purpose }) => purpose === 'access')).toMatchObject({
      key: 'access/e/a',
      endpoints: [
        { workload: 'host/e/a', address: '10.7.0.9' },
        { workload: 'host/e/b', address: '10.7.0.3' },
        { workload: 'router/r1', address: '10.7.0.2' },
      ],
    });
  });

  it('keep their network when the one goes that it is called after', () => {
    const bench = new Bench().put(
      router('r1'),
      shared({ name: 'a', subnet }, { name: 'b', subnet, address: '10.7.0.4' }),
    );
    const before = bench.settle().desired.networks[0];
    const after = bench.put(shared({ name: 'b', subnet, address: '10.7.0.4' })).converge().desired
      .networks[0];
    expect([after?.key, after?.name]).toEqual(['access/e/a', before?.name]);
  });

  it('keep their network when the one moves out that it is called after', () => {
    const bench = new Bench().put(
      router('r1'),
      shared({ name: 'a', subnet }, { name: 'b', subnet, address: '10.7.0.4' }),
    );
    const before = bench.settle().desired.networks[0];
    const moved = (): DesiredState =>
      bench.put(shared({ name: 'a' }, { name: 'b', subnet, address: '10.7.0.4' })).converge().desired;
    const networks = moved().networks.filter(({ purpose }) => purpose === 'access');
    expect(networks.map(({ key, subnet: of }) => `${key} ${of}`)).toEqual([
      'access/e/a 10.7.0.0/24',
      'access/e/a.2 10.204.0.0/24',
    ]);
    expect(networks[0]?.name).toBe(before?.name);
    const alone = bench.put(shared({ name: 'a' })).converge().desired.networks;
    expect(alone[0]).toEqual(networks[1]);
  });

  it('are on one router, and of one Experiment', () => {
    const bench = new Bench().put(router('r1'), router('r2'), shared({ name: 'a', subnet }));
    bench.settle();
    bench.put(experiment('f', { hosts: [{ name: 'a', router: 'r1', subnet, address: '10.7.0.9' }] }));
    expect(reasons(bench.settle(), 'Experiment/f')).toEqual(['Conflict spec.hosts[0].subnet']);
  });
});

describe('a connection', () => {
  const chain = [router('r1', { asn: 1 }), router('r2', { asn: 2 }), router('r3', { asn: 3 })];
  const joining = (
    from: string,
    to: string,
    hosts: Record<string, string>,
    via = ['r1', 'r2', 'r3'],
  ): DesiredState =>
    planned(
      ...chain,
      path('p', via),
      experiment('e', {
        hosts: Object.entries(hosts).map(([name, at], index) => ({
          name,
          router: at,
          subnet: `10.${String(index + 1)}.0.0/24`,
        })),
        connections: [{ name: 'c', from, to, path: 'p' }],
      }),
    );

  it('may use its Path backwards', () => {
    const [connection] = joining('b', 'a', { a: 'r1', b: 'r3' }).experiments[0]?.connections ?? [];
    expect(connection).toMatchObject({
      from: { workload: 'host/e/b', router: 'r3', address: '10.2.0.3', subnet: '10.2.0.0/24' },
      to: { workload: 'host/e/a', router: 'r1' },
      forward: [
        { router: 'r3', address: '10.2.0.2' },
        { router: 'r2', address: '10.200.0.34' },
        { router: 'r1', address: '10.200.0.2' },
      ],
      reverse: [
        { router: 'r1', address: '10.1.0.2' },
        { router: 'r2', address: '10.200.0.3' },
        { router: 'r3', address: '10.200.0.35' },
      ],
      asPath: [2, 1],
    });
  });

  it('of hosts on one router passes that alone', () => {
    const [connection] = joining('a', 'b', { a: 'r1', b: 'r1' }).experiments[0]?.connections ?? [];
    expect(connection).toMatchObject({
      forward: [{ router: 'r1', address: '10.1.0.2' }],
      reverse: [{ router: 'r1', address: '10.2.0.2' }],
      asPath: [],
    });
  });

  it('of hosts on one access network passes no router', () => {
    const bench = new Bench().put(...chain, path('p', ['r1', 'r2']));
    const subnet = '10.7.0.0/24';
    const hosts = [
      { name: 'a', router: 'r1', subnet },
      { name: 'b', router: 'r1', subnet, address: '10.7.0.4' },
    ];
    bench.put(experiment('e', { hosts, connections: [{ name: 'c', from: 'a', to: 'b', path: 'p' }] }));
    expect(bench.settle().desired.experiments[0]?.connections).toMatchObject([
      { forward: [], reverse: [], asPath: [] },
    ]);
  });

  it('is missing while its Path does not join its ends any more', () => {
    const bench = new Bench().put(
      ...chain,
      path('p', ['r1', 'r2', 'r3']),
      experiment('e', {
        hosts: [
          { name: 'a', router: 'r1' },
          { name: 'b', router: 'r3' },
        ],
        connections: [{ name: 'c', from: 'a', to: 'b', path: 'p' }],
      }),
    );
    bench.settle();
    const decided = bench.put(path('p', ['r1', 'r2'])).settle();
    expect(reasons(decided, 'Experiment/e')).toEqual(['NotJoined spec.connections[0].path']);
    expect(decided.desired.experiments).toMatchObject([
      { hosts: [{ name: 'a' }, { name: 'b' }], connections: [] },
    ]);
  });
});
