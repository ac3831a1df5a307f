import { beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import { footingOf } from '../support/footing.ts';
import { hinge } from '../support/operator.ts';
import { taskOf } from '../support/seen.ts';
import { experiment, type Document, document, measured, pathRef, useTestbed } from '../support/testbed.ts';
import { Traffic } from '../support/traffic.ts';

const BOUND_MS = 60_000;
/** Payload of this test's own packets, in bytes: nobody else's are as long. */
const SIZE = 777;

describe('two Paths at once between the same two hosts', () => {
  const testbed = useTestbed('/srv6');
  const [one, two, three, four] = ['segment-1', 'segment-2', 'segment-3', 'segment-4'] as const;
  const nodes = { [one]: 'node1', [two]: 'node2', [three]: 'node3', [four]: 'node2' };
  const host = (name: 'a' | 'b'): string => `host/srv6/${name}`;

  const pathOf = (name: string, middle: string, engineering: 'bgp' | 'srv6'): Document =>
    document('Path', name, { via: [one, middle, three], engineering });
  const documents = [
    ...Object.entries(nodes).map(([name, node]) => document('Router', name, { placement: { node } })),
    pathOf('upper', two, 'srv6'),
    pathOf('lower', four, 'srv6'),
    pathOf('plain', two, 'bgp'),
    document('Experiment', 'srv6', {
      hosts: [
        { name: 'a', router: one },
        { name: 'b', router: three },
      ],
      connections: [
        { name: 'own', from: 'a', to: 'b', path: 'upper', addresses: { from: '10.77.0.1', to: '10.77.0.2' } },
        { name: 'voice', from: 'a', to: 'b', path: 'lower', match: { dscp: 46 } },
        {
          ...{ name: 'media', from: 'b', to: 'a', path: 'upper' },
          match: { dscp: 0, protocol: 'udp', ports: ['5000-5010', 7000] },
        },
        { name: 'rest', from: 'a', to: 'b', path: 'plain' },
      ],
    }),
  ];
  const refs = documents.map(({ ref }) => ref);

  const ping = async (to: string, ...options: readonly string[]): Promise<string> => {
    const from = await testbed.container(host('a'));
    return from.run('ping', '-n', '-c', '3', '-i', '0.1', '-W', '1', '-s', String(SIZE), ...options, to);
  };

  /** What tcpdump shows, in a router, of one of the packets that are sent; those of operators are shorter. */
  const captured = async (
    router: string,
    direction: RegExp,
    send: () => Promise<unknown>,
  ): Promise<string> => {
    const container = await testbed.container(`router/${router}`);
    const filter = ['ip6', 'proto', '43', 'and', 'greater', String(SIZE)] as const;
    let shown: string | undefined;
    const capturing = container
      .run('timeout', '30', 'tcpdump', '-i', 'any', '-n', '-v', '-c', '8', ...filter)
      .then((text) => (shown = text));
    const look = async (): Promise<void> => {
      await send();
      expect(shown).toBeDefined();
    };
    await Promise.all([
      eventually(look, { timeoutMs: BOUND_MS, message: `${router} sees packets with segments` }),
      capturing,
    ]);
    const packet = (shown ?? '').split(/^(?=\S)/m).find((each) => direction.test(each));
    return packet ?? `none of\n${shown ?? ''}`;
  };

  /** SIDs that a connection's packets were proven to pass, there and back. */
  const provenSids = async (name: string): Promise<{ forward: string[]; reverse: string[] }> => {
    const status = (await testbed.status(experiment('srv6'))) as ExperimentStatus | undefined;
    const proof = status?.connections?.find((each) => each.name === name)?.proof;
    const sids = (way: 'forward' | 'reverse'): string[] =>
      (proof?.[way].hops ?? []).slice(1).map(({ address }) => address);
    return { forward: sids('forward'), reverse: sids('reverse') };
  };
  const routersOf = async (name: string): Promise<readonly string[]> => {
    const status = (await testbed.status(experiment('srv6'))) as ExperimentStatus | undefined;
    const proof = status?.connections?.find((each) => each.name === name)?.proof;
    return (proof?.forward.hops ?? []).map(({ router }) => router);
  };

  beforeAll(async () => {
    await testbed.start();
    await testbed.put(...documents);
    measured(`4 routers, 3 Paths, 4 connections Ready after ${(await testbed.ready(refs)).toFixed(1)} s`);
  });

  it('proves each connection at the SIDs of its Path', async () => {
    expect(await routersOf('own')).toEqual([one, two, three]);
    expect(await routersOf('voice')).toEqual([one, four, three]);
    expect(await routersOf('media')).toEqual([three, two, one]);
    const sids = await Promise.all(['own', 'voice', 'media'].map(provenSids));
    const all = sids.flatMap(({ forward, reverse }) => [...forward, ...reverse]);
    expect(new Set(all).size).toBe(12);
    for (const sid of all) expect(sid).toMatch(/^5f00:0:/);
  });

  it('sends what goes between the addresses of one connection along one Path', async () => {
    const { forward, reverse } = await provenSids('own');
    const send = (): Promise<string> => ping('10.77.0.2');
    const there = await captured(two, /10\.77\.0\.1 > 10\.77\.0\.2: ICMP echo request/, send);
    measured(`seen in ${two}:\n${there}`);
    expect(there).toContain(`[0]${forward[1] ?? '?'}`);
    expect(there).toContain(`[1]${forward[0] ?? '?'}`);
    const back = await captured(two, /10\.77\.0\.2 > 10\.77\.0\.1: ICMP echo reply/, send);
    expect(back).toContain(`[0]${reverse[1] ?? '?'}`);
  });

  it('shows the segments that packets take to whoever looks', async () => {
    for (const connection of ['own', 'media']) {
      const { exitCode, stdout, stderr } = await hinge(testbed.env, ['trace', `srv6/${connection}`]);
      expect(exitCode, stderr).toBe(0);
      const { forward, reverse } = await provenSids(connection);
      for (const sid of [...forward, ...reverse]) expect(stdout).toContain(` ${sid} `);
      expect(stdout).toContain('all hops are right');
    }
  });

  it('sends what has a DSCP along the other, between the same hosts', async () => {
    const { forward } = await provenSids('voice');
    const address = await new Traffic(testbed, 'srv6/a', 'srv6/b').address();
    const send = (): Promise<string> => ping(address, '-Q', '184');
    const there = await captured(four, /tos 0xb8[^]*ICMP echo request/, send);
    measured(`seen in ${four}:\n${there}`);
    expect(there).toContain(`[0]${forward[1] ?? '?'}`);
    expect(there).toContain(`[1]${forward[0] ?? '?'}`);
  });

  it('sends what has a protocol and a port along the first again', async () => {
    const { forward } = await provenSids('media');
    const address = await new Traffic(testbed, 'srv6/b', 'srv6/a').address();
    const from = await testbed.container(host('b'));
    const send = (): Promise<string> =>
      from.run('sh', '-c', `head -c ${String(SIZE)} /dev/zero | nc -u -w 1 ${address} 5005`);
    const there = await captured(two, /\.5005: UDP, length 777/, send);
    expect(there).toContain(`[0]${forward[1] ?? '?'}`);
    expect(there).toContain(`[1]${forward[0] ?? '?'}`);
  });

  it('tells the hosts what fits', async () => {
    const from = await testbed.container(host('a'));
    expect(await from.run('ip', 'route', 'get', '10.77.0.2')).toMatch(/src 10\.77\.0\.1[^]*mtu 1370/);
    expect(await ping('10.77.0.2', '-M', 'do', '-s', '1342')).toContain(' 3 received');
    await expect(ping('10.77.0.2', '-M', 'do', '-s', '1343')).rejects.toThrow(/mtu=1370/);
  });

  it('says which router has lost a segment, and puts it back', async () => {
    const [sid = ''] = (await provenSids('own')).forward;
    const container = await testbed.container(`router/${two}`);
    const since = performance.now();
    const proven = (status: 'True' | 'False', message: RegExp) =>
      testbed.condition(experiment('srv6'), 'Proven', { status, message }, BOUND_MS);
    await container.run('ip', '-6', 'route', 'del', sid);
    const { message } = await proven('False', new RegExp(`own: forward: hop 2 of 4 should be ${two}`));
    const noticed = (performance.now() - since) / 1000;
    await proven('True', /own: /);
    measured(
      `noticed after ${noticed.toFixed(1)} s, proven again after ${((performance.now() - since) / 1000).toFixed(1)} s: ${message}`,
    );
    await testbed.operators[0]?.idle();
    expect(await testbed.operators[0]?.metric('hinge_repairs_total', { type: 'segments' })).toBe(1);
  });

  it('has its segments in a new container', async () => {
    const before = await taskOf(testbed, two);
    const sids = await provenSids('own');
    const since = performance.now();
    await before.kill();
    const again = async (): Promise<void> => {
      expect((await taskOf(testbed, two)).found.id).not.toBe(before.found.id);
      expect(await ping('10.77.0.2')).toContain(' 3 received');
    };
    await eventually(again, { timeoutMs: BOUND_MS, message: 'packets pass again' });
    measured(`packets passed ${((performance.now() - since) / 1000).toFixed(1)} s after the crash`);
    await testbed.ready(refs);
    expect(await provenSids('own')).toEqual(sids);
    const [, sid = '?'] = sids.forward;
    const request = /10\.77\.0\.1 > 10\.77\.0\.2: ICMP echo request/;
    expect(await captured(two, request, () => ping('10.77.0.2'))).toContain(`[0]${sid}`);
  });

  it('is set up for a new container of a host', async () => {
    const before = await testbed.container(host('a'));
    const since = performance.now();
    await before.kill();
    const again = async (): Promise<void> => {
      expect((await testbed.container(host('a'))).found.id).not.toBe(before.found.id);
      expect(await ping('10.77.0.2')).toContain(' 3 received');
    };
    await eventually(again, { timeoutMs: BOUND_MS, message: 'packets pass again' });
    measured(`packets passed ${((performance.now() - since) / 1000).toFixed(1)} s after the host's crash`);
    await testbed.ready(refs);
  });

  it('loses no packet when another operator takes over', async () => {
    const pinging = ping('10.77.0.2', '-q', '-i', '0.02', '-c', '400');
    await testbed.endOperators();
    await testbed.start('second');
    expect(await pinging).toContain(' 400 received');
    await testbed.ready(refs);
    await testbed.operators.at(-1)?.idle();
    expect((await testbed.operators.at(-1)?.metric('hinge_repairs_total', { type: 'segments' })) ?? 0).toBe(
      0,
    );
  });

  it('resets no session when a Path turns to SRv6 and back', async () => {
    const before = await footingOf(testbed);
    for (const engineering of ['srv6', 'bgp'] as const) {
      await testbed.put(pathOf('plain', two, engineering));
      const turned = async (): Promise<void> => {
        const [first = ''] = (await provenSids('rest')).forward;
        expect(first.startsWith('5f00:')).toBe(engineering === 'srv6');
      };
      await eventually(turned, { timeoutMs: BOUND_MS, message: `rest is proven over ${engineering}` });
      await testbed.ready(refs);
      expect(await footingOf(testbed)).toEqual(before);
    }
  });

  it('leaves nothing in a kernel of which no connection asks anything', async () => {
    const before = await footingOf(testbed);
    await testbed.put(
      document('Experiment', 'srv6', {
        hosts: [
          { name: 'a', router: one },
          { name: 'b', router: three },
        ],
        connections: [{ name: 'rest', from: 'a', to: 'b', path: 'plain' }],
      }),
    );
    const gone = async (): Promise<void> => {
      for (const [workload, container] of await testbed.containers()) {
        const routes = await container.run('ip', 'route', 'show', 'table', 'all', 'protocol', '222');
        expect(`${workload}: ${routes}`).toBe(`${workload}: `);
        expect(await container.run('ip', '-4', 'address')).not.toContain('10.77.');
      }
      const edge = await testbed.container(`router/${one}`);
      expect(await edge.run('ip', 'rule')).not.toContain('fwmark');
      expect(await edge.run('ip', '-6', 'address', 'show', 'dev', 'lo')).not.toContain('5f00:');
    };
    await eventually(gone, { timeoutMs: BOUND_MS, message: 'nothing of SRv6 is left' });
    await testbed.ready(refs);
    expect(await footingOf(testbed)).toEqual(before);
    expect((await testbed.condition(pathRef('upper'), 'Proven', { status: 'Unknown' })).reason).toBe(
      'NotUsed',
    );
  });
});
