import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RouterSetup } from '../../../../src/core/plan/desired.ts';
import { Bench, experiment, router } from './bench.ts';
import { figure3, NUMBERS } from './figure3.ts';

const decided = new Bench().put(...figure3()).settle();
const { networks, workloads, paths, experiments } = decided.desired;

const setupOf = (number: number): RouterSetup => {
  const setup = workloads.find(({ key }) => key === `router/vyos-${String(number)}`)?.setup;
  if (setup?.type !== 'router') throw new Error(`vyos-${String(number)} is not planned`);
  return setup;
};

describe('Figure 3', () => {
  it('is planned whole, without a problem', () => {
    expect(decided.problems.size).toBe(0);
    expect(networks.map(({ key }) => key)).toEqual([
      'access/fig3/a',
      'access/fig3/b',
      ...NUMBERS.slice(0, -1).map((number) => `link/vyos-${String(number)}--vyos-${String(number + 1)}`),
      'management',
    ]);
    expect(workloads.map(({ key }) => key)).toEqual([
      'host/fig3/a',
      'host/fig3/b',
      ...NUMBERS.map((number) => `router/vyos-${String(number)}`),
    ]);
  });

  it.each(NUMBERS)('gives vyos-%i its neighbours and networks', (number) => {
    const { asn, routerId, loopback, sessions, configuration } = setupOf(number);
    expect([asn, routerId, loopback]).toEqual([number, `0.0.0.${String(number)}`, undefined]);
    const link = (of: number): string => `link/vyos-${String(of)}--vyos-${String(of + 1)}`;
    const before = {
      peer: `vyos-${String(number - 1)}`,
      asn: number - 1,
      address: `10.199.${String(number - 1)}.2`,
      network: link(number - 1),
    };
    const after = {
      peer: `vyos-${String(number + 1)}`,
      asn: number + 1,
      address: `10.199.${String(number)}.3`,
      network: link(number),
    };
    expect(sessions).toEqual([...(number > 35 ? [before] : []), ...(number < 57 ? [after] : [])]);
    const originated = configuration.text.match(/(?<=^ {2}network ).*$/gm);
    expect(originated).toEqual([`10.199.${String(number - 1)}.0/24`, `10.199.${String(number)}.0/24`]);
  });

  it('puts the routers of a link at host 2 and 3 of its subnet, in the order of the Path', () => {
    expect(networks.find(({ key }) => key === 'link/vyos-56--vyos-57')).toMatchObject({
      purpose: 'link',
      subnet: '10.199.56.0/24',
      ipRange: '10.199.56.128/25',
      gateway: '10.199.56.254',
      endpoints: [
        { workload: 'router/vyos-56', address: '10.199.56.2' },
        { workload: 'router/vyos-57', address: '10.199.56.3' },
      ],
    });
    expect(paths[0]?.links[21]).toEqual({
      between: ['vyos-56', 'vyos-57'],
      network: 'link/vyos-56--vyos-57',
      subnet: '10.199.56.0/24',
      addresses: ['10.199.56.2', '10.199.56.3'],
    });
  });

  it('joins the hosts there and back through all routers', () => {
    const [connection] = experiments[0]?.connections ?? [];
    expect(connection?.forward).toEqual([
      { router: 'vyos-35', address: '10.199.34.2' },
      ...NUMBERS.slice(1).map((number) => ({
        router: `vyos-${String(number)}`,
        address: `10.199.${String(number - 1)}.3`,
      })),
    ]);
    expect(connection?.reverse).toEqual([
      { router: 'vyos-57', address: '10.199.57.2' },
      ...NUMBERS.slice(0, -1)
        .toReversed()
        .map((number) => ({ router: `vyos-${String(number)}`, address: `10.199.${String(number)}.2` })),
    ]);
    expect(connection?.asPath).toEqual(NUMBERS.slice(1));
  });

  it('sends packets of the hosts to their edge routers', () => {
    const none = { addresses: [], routes: [] };
    expect(workloads.slice(0, 2).map(({ setup }) => setup)).toEqual([
      { type: 'host', gateway: '10.199.34.2', address: '10.199.34.3', network: 'access/fig3/a', ...none },
      { type: 'host', gateway: '10.199.57.2', address: '10.199.57.3', network: 'access/fig3/b', ...none },
    ]);
  });

  it('has the table of the figure as its outcome', () => {
    const golden = readFileSync('test/golden/figure-3.txt', 'utf8');
    expect(bestRoutes(57)).toEqual(golden.match(/(?<=^\*> ).*$/gm));
  });

  it('goes on when another Experiment joins', () => {
    const bench = new Bench().put(...figure3());
    const before = bench.settle().desired;
    bench.put(router('extra'), experiment('other', { hosts: [{ name: 'x', router: 'extra' }] }));
    const after = bench.settle().desired;
    expect(after.networks).toEqual(expect.arrayContaining([...before.networks]));
    expect(after.workloads).toEqual(expect.arrayContaining([...before.workloads]));
  });
});

/** What BGP makes of the plan: by prefix, next hop and AS path of the shortest way, as `show ip bgp` prints them. */
function bestRoutes(at: number): string[] {
  const routes = new Map<string, string>();
  let frontier = [{ number: at, asPath: [] as number[], nextHop: '0.0.0.0' }];
  const seen = new Set([at]);
  while (frontier.length > 0) {
    const next: typeof frontier = [];
    for (const { number, asPath, nextHop } of frontier) {
      const { configuration, sessions } = setupOf(number);
      for (const prefix of configuration.text.match(/(?<=^ {2}network ).*$/gm) ?? []) {
        if (!routes.has(prefix)) routes.set(prefix, [prefix, nextHop, ...asPath].join(' '));
      }
      for (const { asn, address } of sessions) {
        if (seen.has(asn)) continue;
        seen.add(asn);
        next.push({ number: asn, asPath: [...asPath, asn], nextHop: number === at ? address : nextHop });
      }
    }
    frontier = next;
  }
  return [...routes.values()].sort();
}
