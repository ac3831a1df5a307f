import { describe, expect, it } from 'vitest';
import { interfacesByRouter } from '../../../../src/core/plan/router-interfaces.ts';
import { Bench, experiment, path, router } from './bench.ts';

describe('interfaces of a router', () => {
  it('are its links, then its access networks, each with what the plan gives them', () => {
    const bench = new Bench().put(
      ...['west', 'middle', 'east'].map((name) => router(name)),
      path('p', ['west', 'middle', 'east'], { hops: [{ between: ['west', 'middle'], mtu: 1300 }] }),
      experiment('x', {
        hosts: [
          { name: 'a', router: 'middle', subnet: '10.9.0.0/24' },
          { name: 'b', router: 'middle', subnet: '10.9.0.0/24', address: '10.9.0.4' },
        ],
        connections: [],
      }),
    );
    const interfaces = interfacesByRouter(bench.settle().topology);
    expect(interfaces.get('middle')).toEqual([
      { network: 'link/east--middle', address: '10.200.0.34/27', description: 'to east', mtu: 1450 },
      { network: 'link/middle--west', address: '10.200.0.3/27', description: 'to west', mtu: 1300 },
      { network: 'access/x/a', address: '10.9.0.2/24', description: 'hosts of x', mtu: 1450 },
    ]);
    expect(interfaces.get('east')?.map(({ address }) => address)).toEqual(['10.200.0.35/27']);
    bench.put(router('alone'));
    expect(interfacesByRouter(bench.settle().topology).get('alone')).toBeUndefined();
  });
});
