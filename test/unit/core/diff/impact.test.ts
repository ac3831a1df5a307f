import { describe, expect, it } from 'vitest';
import type { TestbedObject } from '../../../../src/api/object.ts';
import { type Impact, impactOf } from '../../../../src/core/diff/impact.ts';
import { NO_SESSION, sessionsSentence, sessionText } from '../../../../src/core/diff/impact-text.ts';
import { sessionsUnder } from '../../../../src/core/diff/touched-sessions.ts';
import { foresee } from '../../../../src/core/plan/foresight.ts';
import { Bench, experiment, path, ref, router } from '../plan/bench.ts';

/** Three routers in a chain, and one beside it. */
const chain = (): Bench => {
  const bench = new Bench().put(
    router('r1', { asn: 1 }),
    router('r2', { asn: 2 }),
    router('r3', { asn: 3 }),
    router('r4', { asn: 4 }),
    path('p', ['r1', 'r2', 'r3'], {
      hops: [
        { between: ['r1', 'r2'], subnet: '10.1.0.0/24' },
        { between: ['r2', 'r3'], subnet: '10.2.0.0/24' },
      ],
    }),
  );
  bench.converge();
  return bench;
};

/** What these objects would do to it, by `hinge diff` as by the operator. */
function impact(bench: Bench, ...objects: readonly TestbedObject[]): Impact {
  const before = bench.settle().desired;
  bench.put(...objects);
  const foreseen = foresee({ ...bench.input(), lingering: undefined }).intake.desired;
  const found = impactOf(before, foreseen);
  expect(found.sessions).toEqual(impactOf(before, bench.settle().desired).sessions);
  return found;
}

const sessions = (found: Impact): readonly string[] => found.sessions.map(sessionText);
const workloads = (found: Impact): readonly string[] =>
  found.workloads.map(({ key, change, fields }) =>
    [key, change, ...fields.map(({ field }) => field)].join(' '),
  );

describe('the impact of a change', () => {
  it('is none when nothing changes', () => {
    expect(impact(chain(), router('r1', { asn: 1 }))).toEqual({ workloads: [], networks: [], sessions: [] });
  });

  it('of a further Path is new links and lines, and no session', () => {
    const found = impact(chain(), path('q', ['r3', 'r4']));
    expect(workloads(found)).toEqual(['router/r3 configured', 'router/r4 configured']);
    expect(found.networks).toMatchObject([{ key: 'link/r3--r4', change: 'added', before: undefined }]);
    expect(sessions(found)).toEqual([]);
    expect(sessionsSentence(found.sessions)).toBe(NO_SESSION);
  });

  it('of resources, image, placement or command is a new container, and every session of it', () => {
    const found = impact(chain(), router('r2', { asn: 2, resources: { memory: '128Mi', cpus: 1 } }));
    expect(workloads(found)).toEqual(['router/r2 replaced nanoCpus memoryBytes']);
    expect(sessions(found)).toEqual([
      'r1 – r2 (10.1.0.2–3): reset, because the container of r2 is replaced (resources)',
      'r2 – r3 (10.2.0.2–3): reset, because the container of r2 is replaced (resources)',
    ]);
    expect(sessions(impact(chain(), router('r1', { asn: 1, image: 'other:2' })))).toEqual([
      'r1 – r2 (10.1.0.2–3): reset, because the container of r1 is replaced (image)',
    ]);
  });

  it('of placement alone depends on where the container is', () => {
    const found = impact(chain(), router('r1', { asn: 1, placement: { node: 'n2' } }));
    expect(found.sessions).toMatchObject([{ fate: 'perhaps' }]);
  });

  it('of both ends names both', () => {
    const found = impact(
      chain(),
      router('r1', { asn: 1, image: 'x:1' }),
      router('r2', { asn: 2, image: 'x:1' }),
    );
    expect(sessions(found)[0]).toBe(
      'r1 – r2 (10.1.0.2–3): reset, because the container of r1 is replaced (image), ' +
        'and the container of r2 is replaced (image)',
    );
  });

  it('of an AS number or a router ID is a reset of all its sessions', () => {
    expect(sessions(impact(chain(), router('r3', { asn: 33 })))).toEqual([
      'r2 – r3 (10.2.0.2–3): reset, because the AS number of r3 changes from 3 to 33',
    ]);
    expect(
      sessions(impact(chain(), router('r1', { asn: 1, routerId: '9.9.9.9', loopback: '10.9.9.9/32' })))[0],
    ).toMatch(/the router ID of r1 changes from .* to 9\.9\.9\.9$/);
  });

  it('of another subnet is a link made anew', () => {
    const found = impact(
      chain(),
      path('p', ['r1', 'r2', 'r3'], {
        hops: [
          { between: ['r1', 'r2'], subnet: '10.3.0.0/24' },
          { between: ['r2', 'r3'], subnet: '10.2.0.0/24' },
        ],
      }),
    );
    expect(found.networks).toEqual([
      { key: 'link/r1--r2', change: 'replaced', before: '10.1.0.0/24', after: '10.3.0.0/24' },
    ]);
    expect(sessions(found)).toEqual([
      'r1 – r2 (10.1.0.2–3): reset, because their link is made anew as 10.3.0.0/24',
    ]);
  });

  it('of a shorter Path ends the sessions of the links that go', () => {
    const found = impact(
      chain(),
      path('p', ['r1', 'r2'], { hops: [{ between: ['r1', 'r2'], subnet: '10.1.0.0/24' }] }),
    );
    expect(sessions(found)).toEqual(['r2 – r3 (10.2.0.2–3): ended, because no Path joins them any more']);
    expect(found.networks).toMatchObject([{ key: 'link/r2--r3', change: 'removed' }]);
  });

  it('of what FRR takes as it runs is none', () => {
    const found = impact(chain(), router('r1', { asn: 1, advertise: ['192.0.2.0/24'] }));
    expect(workloads(found)).toEqual(['router/r1 configured']);
    expect(found.workloads[0]?.configuration?.after).toContain('network 192.0.2.0/24');
    expect(sessions(found)).toEqual([]);
  });

  it('of extraConfig is what FRR resets for it', () => {
    const extraConfig =
      'router bgp 2\n neighbor 10.1.0.2 password secret\n neighbor 10.2.0.3 timers 1 3\nexit';
    expect(sessions(impact(chain(), router('r2', { asn: 2, extraConfig })))).toEqual([
      'r1 – r2 (10.1.0.2–3): reset, because "neighbor 10.1.0.2 password ***" is added in the configuration of r2',
    ]);
  });

  it('of an Experiment leaves sessions alone', () => {
    const hosts = [
      { name: 'a', router: 'r1' },
      { name: 'b', router: 'r3' },
    ];
    const found = impact(chain(), experiment('e', { hosts, connections: [] }));
    expect(workloads(found)).toEqual([
      'host/e/a created',
      'host/e/b created',
      'router/r1 configured',
      'router/r3 configured',
    ]);
    expect(sessions(found)).toEqual([]);
  });

  it('of an Experiment of layer 2 resets the sessions that come to carry EVPN', () => {
    const bench = chain();
    const before = bench.settle().desired;
    const hosts = [
      { name: 'a', router: 'r1' },
      { name: 'b', router: 'r3' },
    ];
    const connections = [{ name: 'ab', from: 'a', to: 'b', path: 'p', layer: 2 }];
    const after = bench.put(experiment('e', { hosts, connections })).settle().desired;
    const all = impactOf(before, after).sessions;
    expect(all.map(({ network, fate }) => `${network} ${fate}`)).toEqual([
      'link/r1--r2 reset',
      'link/r2--r3 reset',
    ]);
    expect(sessionsUnder(ref('Experiment/e'), all, [before, after])).toEqual(all);
    const none = bench.put(experiment('e', { hosts, connections: [] })).settle().desired;
    expect(sessionsUnder(ref('Experiment/e'), impactOf(after, none).sessions, [after, none])).toHaveLength(2);
  });

  it('of a removed Router ends what it had', () => {
    const bench = chain();
    const before = bench.settle().desired;
    bench.delete('Path/p', 'Router/r1');
    const found = impactOf(before, bench.settle().desired);
    expect(sessions(found)).toContain('r1 – r2 (10.1.0.2–3): ended, because r1 is removed');
  });

  it('is told apart by object, and at most three sessions are named in one sentence', () => {
    const bench = chain();
    const before = bench.settle().desired;
    bench.put(router('r1', { asn: 11 }), router('r3', { asn: 33 }), path('q', ['r3', 'r4']));
    const after = bench.settle().desired;
    const { sessions: all } = impactOf(before, after);
    const under = (text: string): readonly string[] =>
      sessionsUnder(ref(text), all, [before, after]).map(({ network }) => network);
    expect(under('Router/r1')).toEqual(['link/r1--r2']);
    expect(under('Router/r2')).toEqual(['link/r1--r2', 'link/r2--r3']);
    expect(under('Path/p')).toEqual(['link/r1--r2', 'link/r2--r3']);
    expect(under('Path/q')).toEqual([]);
    expect(under('Experiment/p')).toEqual([]);
    expect(sessionsSentence([...all, ...all])).toMatch(/^4 sessions are touched: .*; and 1 more$/);
  });
});
