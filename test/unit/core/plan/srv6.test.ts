import { describe, expect, it } from 'vitest';
import { withoutFlows } from '../../../../src/core/plan/desired-segments.ts';
import { flowNumbers } from '../../../../src/core/plan/flow-numbers.ts';
import {
  canonicalLocator,
  isLocator,
  isLocatorRange,
  locatorsIn,
  sidOf,
} from '../../../../src/core/plan/locator.ts';
import { DEFAULT_SETTINGS } from '../../../../src/core/plan/settings.ts';
import { Bench, experiment, path, reasons, router } from './bench.ts';
import { between, connectionOf, hostOf, ring, routerOf } from './segmented.ts';

const OWN = { name: 'own', path: 'upper', addresses: { from: '10.77.0.1' } };
const VOICE = { name: 'voice', path: 'lower', match: { dscp: 46 } };
const REST = { name: 'rest', path: 'plain' };

const locatorsOf = (bench: Bench): Record<string, string> =>
  Object.fromEntries(
    [...bench.allocations.values()]
      .filter(({ pool }) => pool === 'locator')
      .map(({ owner, value }) => [owner, value]),
  );

describe('locators', () => {
  it('are /48 in one spelling', () => {
    expect(['5f00:0:7::/48', '5f00::/48', '5f00:7::/48'].every(isLocator)).toBe(true);
    expect(['5f00:0:7::/64', '5F00:0:7::/48', '5f00:7:0::/48', '10.0.0.0/8', 'x'].some(isLocator)).toBe(
      false,
    );
    expect(canonicalLocator('5f00:7:0::/48')).toBe('5f00:7::/48');
    expect(locatorsIn('5f00::/32')).toEqual({ first: Number(0x5f00_0000_0001n), count: 65_535 });
    expect(['5f00::/32', 'fd00:700::/40'].every(isLocatorRange)).toBe(true);
    expect(['5f00:1::/24', '5f00::/48', '::/32', '10.0.0.0/8', '5f00::'].some(isLocatorRange)).toBe(false);
    expect(sidOf('5f00:0:7::/48', 0x4000_0001, 'reverse')).toBe('5f00:0:7:4000:1::2');
  });

  it('are allocated, kept, and taken from whom writes them', () => {
    const bench = new Bench().put(router('r1'), router('r2', { locator: '5f00:0:1::/48' }));
    bench.settle();
    const before = locatorsOf(bench);
    expect(before).toEqual({ 'router/r1': '5f00:0:2::/48', 'router/r2': '5f00:0:1::/48' });
    const taken = bench.put(router('r3', { locator: '5f00:0:2::/48' })).settle();
    expect(reasons(taken, 'Router/r3')).toEqual(['Conflict spec.locator']);
    bench.put(router('r2')).delete('Router/r3').settle();
    expect(locatorsOf(bench)).toEqual(before);
    bench.put(router('r1', { locator: 'fd00:1:2::/48' })).settle();
    expect(locatorsOf(bench)).toEqual({ ...before, 'router/r1': 'fd00:1:2::/48' });
  });

  it('run out', () => {
    const bench = new Bench({ ...DEFAULT_SETTINGS, locators: '5f00::/46' });
    const decided = bench.put(...['r1', 'r2', 'r3', 'r4'].map((name) => router(name))).settle();
    const [problem] = decided.problems.get('Router/r4') ?? [];
    expect(problem).toMatchObject({ reason: 'PoolExhausted', field: 'spec.locator' });
    expect(problem?.message).toContain('HINGE_POOL_LOCATORS');
  });
});

describe('a connection over SRv6', () => {
  it('names a SID of every router after the first, there and back', () => {
    const { desired } = new Bench().put(...ring(OWN)).settle();
    const connection = connectionOf(desired, 'own');
    const number = connection?.course?.number ?? 0;
    const sid = (router: number, way: 'forward' | 'reverse'): string =>
      sidOf(`5f00:0:${String(router)}::/48`, number, way);
    expect(connection?.course?.segments).toEqual({
      forward: [sid(2, 'forward'), sid(3, 'forward')],
      reverse: [sid(2, 'reverse'), sid(1, 'reverse')],
    });
    expect(connection?.forward.map(({ router }) => router)).toEqual(['r1', 'r2', 'r3']);
    expect(connection?.forward.slice(1).map(({ address }) => address)).toEqual(
      connection?.course?.segments.forward,
    );
  });

  it('is known to the routers of its Path, and to no others', () => {
    const { desired } = new Bench().put(...ring(OWN, VOICE, REST)).settle();
    const [r1, r2, r3, r4] = ['r1', 'r2', 'r3', 'r4'].map((name) => routerOf(desired, name).segments);
    expect(r1?.flows.map(({ destination, way }) => [destination, way])).toEqual(
      [
        ['10.204.1.3', 'forward'],
        ['10.255.0.1', 'forward'],
      ].map(([destination, way]) => [
        destination === '10.255.0.1' ? connectionOf(desired, 'own')?.to.address : destination,
        way,
      ]),
    );
    expect(r1?.neighbors.map(({ locator }) => locator)).toEqual(['5f00:0:2::/48', '5f00:0:4::/48']);
    expect(r1?.sids.map(({ action }) => action)).toEqual(['End.DX4', 'End.DX4']);
    const number = connectionOf(desired, 'own')?.course?.number;
    expect(r1?.hosts).toEqual([{ number, address: '10.77.0.1', via: '10.204.0.3', interface: '10.204.0.2' }]);
    expect(r2?.sids.map(({ action }) => action)).toEqual(['End', 'End']);
    expect(r2?.flows).toEqual([]);
    expect(r3?.flows.map(({ way }) => way)).toEqual(['reverse', 'reverse']);
    expect(r4?.sids).toHaveLength(2);
  });

  it('has hosts send from its addresses, and no more than fits', () => {
    const { desired } = new Bench().put(...ring(OWN, VOICE)).settle();
    const to = connectionOf(desired, 'own')?.to.address ?? '';
    const [lower, upper] = [1400 - 80, 1450 - 80];
    expect(hostOf(desired, 'a')).toMatchObject({
      addresses: ['10.77.0.1'],
      routes: [
        { to: '10.204.1.3', source: undefined, mtu: lower },
        { to, source: '10.77.0.1', mtu: upper },
      ],
    });
    expect(hostOf(desired, 'b').addresses).toEqual([to]);
  });

  it('keeps its SIDs and addresses while others come and go', () => {
    const bench = new Bench().put(...ring(OWN));
    const before = connectionOf(bench.settle().desired, 'own');
    bench.put(between({ name: 'earlier', path: 'upper', addresses: {} }, VOICE, OWN)).settle();
    const after = bench.put(between(VOICE, OWN)).settle();
    expect(connectionOf(after.desired, 'own')).toEqual(before);
  });

  it('leaves nothing in any router where it is not to be sent, and what it shares with others stays', () => {
    const { desired } = new Bench().put(...ring(OWN, VOICE)).settle();
    const number = (name: string): number => connectionOf(desired, name)?.course?.number ?? 0;
    const without = (router: string, ...names: readonly string[]) => {
      const { segments } = routerOf(desired, router);
      const left = segments && withoutFlows(segments, new Set(names.map(number)));
      return [left?.neighbors, left?.sids, left?.flows, left?.hosts].map((each) => each?.length);
    };
    const alone = (name: string, other: string) => {
      const { desired: one } = new Bench()
        .put(...ring(...[OWN, VOICE].filter((each) => each.name === name)))
        .settle();
      const { neighbors = [], sids = [], flows = [], hosts = [] } = routerOf(one, 'r1').segments ?? {};
      expect(without('r1', other)).toEqual([neighbors, sids, flows, hosts].map(({ length }) => length));
    };
    alone(OWN.name, VOICE.name);
    alone(VOICE.name, OWN.name);
    for (const router of ['r1', 'r3']) expect(without(router, OWN.name, VOICE.name)).toEqual([0, 0, 0, 0]);
  });

  it('asks nothing of BGP, which steers the others', () => {
    const segmented = new Bench().put(...ring({ name: 'all', path: 'lower' })).settle();
    const configuration = routerOf(segmented.desired, 'r1').configuration.text;
    expect(configuration).not.toContain('local-preference');
    const steered = new Bench().put(...ring(REST, VOICE)).settle();
    expect(routerOf(steered.desired, 'r1').configuration.text).toContain('local-preference');
  });

  it('is not planned when its Path turns to BGP, which its Experiment says', () => {
    const bench = new Bench().put(...ring(VOICE));
    bench.settle();
    const decided = bench.put(path('lower', ['r1', 'r4', 'r3'])).settle();
    expect(reasons(decided, 'Experiment/x')).toEqual(['NeedsSrv6 spec.connections[0].match']);
    expect(connectionOf(decided.desired, 'voice')).toBeUndefined();
    expect(routerOf(decided.desired, 'r4').segments).toBeUndefined();
  });

  it.each([
    ['narrow', path('narrow', ['r1', 'r2'], { links: { mtu: 1200 } }), 'Invalid spec.links.mtu'],
    ['steered', path('steered', ['r5', 'r6', 'r1'], { engineering: 'srv6' }), 'Invalid spec.via[0]'],
  ])('needs links that are wide enough, whoever comes later: %s', (name, later, expected) => {
    const bench = new Bench().put(...ring(), router('r5'), router('r6'));
    bench.put(path('tight', ['r5', 'r6'], { links: { mtu: 1200 } })).settle();
    expect(reasons(bench.put(later).settle(), `Path/${name}`)).toEqual([expected]);
  });

  it('stands beside a connection of layer 2 between the same hosts, each with addresses of its own kind', () => {
    const bench = new Bench().put(...ring({ name: 'all', path: 'upper' }, { ...REST, layer: 2 }));
    const decided = bench.settle();
    expect(reasons(decided, 'Experiment/x')).toEqual([]);
    const [all, lan] = ['all', 'rest'].map((name) => connectionOf(decided.desired, name));
    expect(all?.course?.segments.forward).toHaveLength(2);
    expect(lan?.tunnel).toBeDefined();
    const { addresses, routes, ports } = hostOf(decided.desired, 'a');
    expect(addresses).toEqual([]);
    expect(routes.map(({ to }) => to)).toEqual([all?.to.address]);
    expect(ports?.map(({ address }) => address.split('/')[0])).toEqual([lan?.from.address]);
    expect(routerOf(decided.desired, 'r1').segments).toMatchObject({
      hosts: [],
      flows: [{ way: 'forward' }],
    });
  });

  it('is none of layer 2, whoever comes later', () => {
    const lan = { name: 'lan', path: 'upper', layer: 2 };
    const decided = new Bench().put(...ring(lan)).settle();
    expect(reasons(decided, 'Experiment/x')).toEqual(['NeedsBgp spec.connections[0].path']);
    const bench = new Bench().put(...ring({ ...lan, path: 'plain' }));
    expect(connectionOf(bench.settle().desired, 'lan')?.tunnel).toBeDefined();
    const later = bench.put(path('plain', ['r1', 'r2', 'r3'], { engineering: 'srv6' })).settle();
    expect(reasons(later, 'Experiment/x')).toEqual(['NeedsBgp spec.connections[0].path']);
    expect(connectionOf(later.desired, 'lan')).toBeUndefined();
  });

  it('needs no segments between hosts of one router', () => {
    const bench = new Bench().put(
      ...ring(),
      experiment('y', {
        hosts: [
          { name: 'a', router: 'r1' },
          { name: 'b', router: 'r1' },
        ],
        connections: [{ name: 'near', from: 'a', to: 'b', path: 'upper', addresses: {} }],
      }),
    );
    const { desired } = bench.settle();
    const { course, from, to } = desired.experiments.find(({ name }) => name === 'y')?.connections[0] ?? {};
    expect(course).toBeUndefined();
    const reached = routerOf(desired, 'r1').segments?.hosts.map(({ address }) => address);
    expect(reached).toEqual([from?.address, to?.address].sort());
  });
});

describe('what connections select', () => {
  const refused = (...connections: readonly Record<string, unknown>[]): readonly string[] =>
    reasons(new Bench().put(...ring(...connections)).settle(), 'Experiment/x');
  const one = (match: unknown, more: object = {}): Record<string, unknown> => ({
    ...{ name: 'one', path: 'upper', match },
    ...more,
  });
  const other = (match: unknown, more: object = {}): Record<string, unknown> => ({
    ...{ name: 'other', path: 'lower', match },
    ...more,
  });

  it.each([
    ['the rest, and some', {}, { dscp: 46 }],
    ['different DSCP', { dscp: 0, protocol: 'udp' }, { dscp: 46 }],
    ['different protocols', { protocol: 'tcp' }, { protocol: 'udp', ports: [5000] }],
    ['different ports', { ports: ['5000-5010'] }, { protocol: 'udp', ports: [4999, '5011-5020'] }],
    ['ports, and what has none', { ports: [80] }, { protocol: 'icmp' }],
  ])('may be %s', (_what, mine, theirs) => {
    expect(refused(one(mine), other(theirs))).toEqual([]);
  });

  it.each([
    ['everything twice', {}, {}],
    ['the same DSCP', { dscp: 46 }, { dscp: 46, protocol: 'udp' }],
    ['ports that overlap', { ports: ['5000-5010'] }, { protocol: 'udp', ports: [5010] }],
    ['a protocol, and ports of it', { protocol: 'udp' }, { ports: [53] }],
    ['a DSCP, and ports', { dscp: 46 }, { ports: [53] }],
  ])('may not be %s', (_what, mine, theirs) => {
    const bench = new Bench().put(...ring(one(mine), other(theirs)));
    const [problem] = bench.settle().problems.get('Experiment/x') ?? [];
    expect(problem?.reason).toBe('Ambiguous');
    expect(problem?.message).toContain('connection other (Path/lower)');
    expect(problem?.message).toContain('Connection one (Path/upper)');
  });

  it('is told apart by addresses, and not by the direction that it is written in', () => {
    expect(refused(one({ dscp: 46 }), other({ dscp: 46 }, { addresses: {} }))).toEqual([]);
    const turned = { from: 'b', to: 'a' };
    expect(refused(one({ dscp: 46 }), other({ dscp: 46 }, turned))).toEqual([
      'Ambiguous spec.connections[1].match',
    ]);
    expect(refused(one({ ports: [80] }), other({ ports: [80] }, turned))).toEqual([]);
    expect(refused(REST, { ...other(undefined), match: {} })).toEqual([
      'Ambiguous spec.connections[1].match',
    ]);
  });

  it('may have an address that nobody else has', () => {
    const addresses = { from: '10.204.1.3', to: '10.77.0.1' };
    const bench = new Bench().put(...ring(REST));
    bench.settle();
    const decided = bench
      .put(
        experiment('y', {
          hosts: [
            { name: 'a', router: 'r1' },
            { name: 'b', router: 'r3' },
          ],
          connections: [{ name: 'c', from: 'a', to: 'b', path: 'upper', addresses }],
        }),
      )
      .settle();
    expect(reasons(decided, 'Experiment/y')).toEqual(['Conflict spec.connections[0].addresses.from']);
    expect(refused(one({}, { addresses: { to: '224.0.0.1' } }))).toEqual([
      'SubnetReserved spec.connections[0].addresses.to',
    ]);
  });
});

it('numbers connections by name, each with its own number', () => {
  const names = Array.from({ length: 3_000 }, (_, at) => ({
    name: `c${String(at)}`,
    from: 'a',
    to: 'b',
    path: 'p',
  }));
  const object = experiment('x', { hosts: [{ name: 'a', router: 'r' }], connections: names });
  if (object.kind !== 'Experiment') throw new Error('no Experiment');
  const numbers = [...flowNumbers([object]).values()];
  expect(new Set(numbers).size).toBe(names.length);
  expect(numbers.every((number) => number >= 2 ** 30 && number < 2 ** 31)).toBe(true);
});
