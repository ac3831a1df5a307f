import { describe, expect, it } from 'vitest';
import { platformIn } from '../../../../src/core/plan/labels.ts';
import { Bench, experiment, path, reasons, router } from './bench.ts';

describe('what a platform does not do', () => {
  const bgp = {
    aggregates: [{ prefix: '10.0.0.0/8' }],
    gracefulRestart: {},
    import: [{ match: { asPath: '^65001_' } }, { match: { asPath: '^6500[0-9]_' } }],
    neighbors: [
      {
        router: 'r2',
        defaultOriginate: true,
        export: [{ set: { nextHopUnchanged: true } }, { set: { nextHopUnchanged: false } }],
      },
    ],
  };

  it('is refused in a Router, with the field', () => {
    const decided = new Bench().put(router('r1', { platform: 'bird', bgp })).settle();
    expect(reasons(decided, 'Router/r1')).toEqual([
      'Unsupported spec.bgp.aggregates',
      'Unsupported spec.bgp.gracefulRestart',
      'Unsupported spec.bgp.import[1].match.asPath',
      'Unsupported spec.bgp.neighbors[0].defaultOriginate',
      'Unsupported spec.bgp.neighbors[0].export[0].set.nextHopUnchanged',
    ]);
    const [first] = decided.problems.get('Router/r1') ?? [];
    expect(first?.message).toBe(
      'spec.bgp.aggregates: 10.0.0.0/8 is not supported by the platform bird; leave them out, or use platform frr.',
    );
    expect(new Bench().put(router('r1', { bgp })).settle().problems.size).toBe(0);
  });

  it('is refused for a connection of layer 2 over a router without EVPN, until that is another one', () => {
    const bench = new Bench().put(
      router('r1'),
      router('r2', { platform: 'bird' }),
      path('p', ['r1', 'r2']),
      experiment('e', {
        hosts: [
          { name: 'a', router: 'r1' },
          { name: 'b', router: 'r2' },
        ],
        connections: [{ name: 'ab', from: 'a', to: 'b', path: 'p', layer: 2 }],
      }),
    );
    const decided = bench.settle();
    expect(reasons(decided, 'Experiment/e')).toEqual(['Unsupported spec.connections[0].path']);
    expect(bench.put(router('r2')).settle().problems.size).toBe(0);
    const rules = { import: [], export: [{ set: { nextHopUnchanged: true } }] };
    const unchanged = router('r2', { platform: 'vyos', release: '1.3', bgp: rules });
    expect(reasons(new Bench().put(unchanged).settle(), 'Router/r2')).toEqual([
      'Unsupported spec.bgp.export[0].set.nextHopUnchanged',
    ]);
    const old = bench.put(router('r2', { platform: 'vyos', release: '1.3' })).settle();
    expect(old.problems.get('Experiment/e')?.[0]?.message).toContain('whose platform (vyos 1.3) carries no');
    expect(bench.put(router('r2', { platform: 'vyos', image: 'vyos:1.4' })).settle().problems.size).toBe(0);
  });

  it('is told of a release as it is planned', () => {
    const spec = { platform: 'vyos', release: '1.3', extraConfig: 'set system' };
    const { desired } = new Bench().put(router('r1', spec), router('r2'), path('p', ['r1', 'r2'])).settle();
    expect(desired.workloads[0]?.platformNotes?.map(({ reason }) => reason)).toEqual([
      'ReleaseLacks',
      'BadLine',
    ]);
    expect(desired.workloads[1]?.platformNotes).toBeUndefined();
  });
});

describe('the label of a platform', () => {
  it('is on containers of all but FRR, and tells which they are of', () => {
    const { desired } = new Bench().put(router('r1'), router('r2', { platform: 'bird' })).settle();
    const [frr, bird] = desired.workloads.map(({ service }) => service.labels);
    expect(Object.keys(frr ?? {})).toHaveLength(3);
    expect(platformIn(frr ?? {})).toBe('frr');
    expect(platformIn(bird ?? {})).toBe('bird');
    expect(platformIn({ 'hinge.testbed/platform': 'junos' })).toBe('frr');
  });
});
