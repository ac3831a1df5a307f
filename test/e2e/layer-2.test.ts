import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ObjectRef } from '../../src/api/object.ts';
import type { ExperimentStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import { footingOf } from '../support/footing.ts';
import { taskOf } from '../support/seen.ts';
import {
  type Document,
  document,
  documentsIn,
  experiment,
  measured,
  useTestbed,
} from '../support/testbed.ts';

const BOUND_MS = 90_000;

/** Arguments: interface, a MAC address. Sends a broadcast frame of a protocol that nobody speaks (IEEE 802, local experimental). */
const SEND_FRAME = `
import socket, sys
frame = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
frame.bind((sys.argv[1], 0))
source = bytes.fromhex(sys.argv[2].replace(':', ''))
frame.send(bytes([255] * 6) + source + bytes([0x88, 0xb5]) + bytes(60))
`;

/** In the spec of an Experiment. */
interface Spec {
  readonly hosts: readonly object[];
  readonly connections: readonly { readonly name: string }[];
}

/** An SRv6 Path over the same routers as one of BGP, and a connection of the same two hosts along it. */
const SEGMENTS = document('Path', 'segments', { via: ['west', 'north', 'east'], engineering: 'srv6' });
const OWN = {
  ...{ name: 'own', from: 'a', to: 'b', path: 'segments' },
  addresses: { from: '10.77.0.1', to: '10.77.0.2' },
};

describe('connections of layer 2', () => {
  const testbed = useTestbed('/layer2', { HINGE_RESYNC: '3s' });
  let example: readonly Document[] = [];
  let refs: readonly ObjectRef[] = [];
  /** The example's Experiment with other connections. */
  const cables = (change: (connections: Spec['connections']) => Spec['connections']): Document => {
    const text = example.find(({ ref }) => ref.kind === 'Experiment')?.text ?? '';
    const { spec } = parse(text) as { readonly spec: Spec };
    return document('Experiment', 'cables', { ...spec, connections: change(spec.connections) });
  };
  const host = (name: string) => testbed.container(`host/cables/${name}`);

  /** Names of the routers between the edges, as the proof of a connection has seen them. */
  const seenWay = async (
    name: string,
    way: 'forward' | 'reverse',
  ): Promise<readonly string[] | undefined> => {
    const status = (await testbed.status(experiment('cables'))) as ExperimentStatus | undefined;
    return status?.connections?.find((one) => one.name === name)?.proof?.[way].hops.map((hop) => hop.router);
  };

  /** Sends until a packet that the filter takes comes in by the other end's interface. @returns what tcpdump says of it */
  const arrives = async (
    [from, to]: readonly [string, string],
    device: string,
    filter: readonly string[],
    send: readonly [string, ...string[]],
  ): Promise<string> => {
    const [sender, receiver] = [await host(from), await host(to)];
    let caught: string | undefined;
    const options = ['--immediate-mode', '-n', '-e', '-c', '1', '-Q', 'in'] as const;
    const listening = receiver.run('timeout', '30', 'tcpdump', '-i', device, ...options, ...filter).then(
      (text) => {
        caught = text;
      },
      () => undefined,
    );
    const sent = async (): Promise<string> => {
      await sender.runOutside(...send).catch(() => '');
      if (caught === undefined) throw new Error(`${filter.join(' ')} has not come`);
      return caught;
    };
    const text = await eventually(sent, {
      timeoutMs: 30_000,
      intervalMs: 100,
      message: `${to} hears ${filter.join(' ')} of ${from}`,
    });
    await listening;
    return text;
  };

  const macOf = async (name: string, device: string): Promise<string> => {
    const [, mac = ''] =
      /link\/ether (\S+)/.exec(await (await host(name)).run('ip', 'link', 'show', device)) ?? [];
    return mac;
  };

  /** Packets that a router has taken in so far. */
  const taken = async (name: string): Promise<number> => {
    const text = await (await testbed.container(`router/${name}`)).run('cat', '/proc/net/dev');
    const counts = [...text.matchAll(/^ *eth\d+: *\d+ +(\d+)/gm)].map(([, packets]) => Number(packets));
    return counts.reduce((sum, packets) => sum + packets, 0);
  };

  /** a hears b over both cables, and within the LAN of three. */
  const allAnswer = async (): Promise<void> => {
    const a = await host('a');
    for (const subnet of [1, 2, 3])
      expect(await a.run('ping', '-c', '1', '-W', '1', `172.20.${subnet.toString()}.2`)).toContain(
        ' 1 received',
      );
  };

  beforeAll(async () => {
    example = await documentsIn('examples/layer-2');
    refs = example.map(({ ref }) => ref);
    await testbed.start();
    await testbed.put(...example);
    measured(`layer 2: everything Ready and proven after ${(await testbed.ready(refs)).toFixed(1)} s`);
  });

  it('take different Paths between the same edges, and packets tell so', async () => {
    for (const [name, via] of [
      ['red', 'north'],
      ['blue', 'south'],
    ] as const) {
      expect(await seenWay(name, 'forward')).toEqual([via]);
      expect(await seenWay(name, 'reverse')).toEqual([via]);
    }
    const a = await host('a');
    for (const [target, via, other] of [
      ['172.20.1.2', 'north', 'south'],
      ['172.20.2.2', 'south', 'north'],
    ] as const) {
      const before = [await taken(via), await taken(other)];
      const text = await a.run('ping', '-q', '-n', '-i', '0.005', '-c', '400', '-W', '2', target);
      expect(text).toContain('400 received');
      const [passed = 0, strayed = 0] = [await taken(via), await taken(other)].map(
        (count, index) => count - (before[index] ?? 0),
      );
      measured(
        `layer 2: 400 packets to ${target} and back: ${String(passed)} at ${via}, ${String(strayed)} at ${other}`,
      );
      expect(passed).toBeGreaterThanOrEqual(800);
      expect(strayed).toBeLessThan(400);
    }
    const status = (await testbed.status(experiment('cables'))) as ExperimentStatus | undefined;
    for (const { layer, rttMs, lossPercent } of status?.connections ?? []) {
      expect(layer).toBe(2);
      expect(rttMs).toBeGreaterThan(0);
      expect(lossPercent).toBe(0);
    }
  });

  it.each(['red', 'blue'])(
    'carry ARP, broadcast, IPv6 link-local and what is no IP at all (%s)',
    async (name) => {
      const device = `l2-${name}`;
      const subnet = name === 'red' ? '172.20.1' : '172.20.2';
      const ends = ['a', 'b'] as const;
      const mac = await macOf('a', device);
      expect(mac).toMatch(/^02:/);
      const forget = 'ip neighbour flush dev "$1"; ping -c 1 -W 1 "$2"';
      const ask = ['sh', '-c', forget, 'sh', device, `${subnet}.2`] as const;
      expect(await arrives(ends, device, ['arp', 'and', 'ether', 'broadcast'], ask)).toContain(
        `${mac} > ff:ff:ff:ff:ff:ff`,
      );
      const broadcast = `${subnet}.255`;
      const toAll = ['ping', '-b', '-c', '1', '-W', '1', broadcast] as const;
      expect(await arrives(ends, device, ['icmp', 'and', 'dst', broadcast], toAll)).toContain(mac);
      const frame = ['python3', '-c', SEND_FRAME, device, mac] as const;
      expect(await arrives(ends, device, ['ether', 'proto', '0x88b5'], frame)).toContain('0x88b5');
      const b = await host('b');
      const [, linkLocal = ''] =
        /inet6 (fe80:\S+)\//.exec(await b.run('ip', '-6', 'address', 'show', 'dev', device)) ?? [];
      const answer = await (await host('a')).run('ping', '-c', '2', '-W', '2', `${linkLocal}%${device}`);
      expect(answer).toContain(' 2 received');
    },
  );

  it('announce the MTU that fits', async () => {
    const a = await host('a');
    const fits = ['ping', '-c', '1', '-W', '2', '-M', 'do', '-s', '1372', '172.20.1.2'] as const;
    expect(await a.run(...fits)).toContain(' 1 received');
    expect(await a.run('ip', 'link', 'show', 'l2-red')).toContain('mtu 1400');
  });

  it('make one Ethernet of three hosts that share a subnet', async () => {
    const all = [
      ['a', 'l2-ac'],
      ['b', 'l2-cb'],
      ['c', 'l2-ac'],
    ] as const;
    for (const [from, there] of all)
      for (const [to, here] of all) {
        if (from === to) continue;
        const mac = await macOf(from, there);
        const frame = ['python3', '-c', SEND_FRAME, there, mac] as const;
        expect(await arrives([from, to], here, ['ether', 'proto', '0x88b5'], frame)).toContain(mac);
        const number = all.findIndex(([name]) => name === to) + 1;
        const answer = await (
          await host(from)
        ).run('ping', '-c', '1', '-W', '2', `172.20.3.${number.toString()}`);
        expect(answer).toContain(' 1 received');
      }
  });

  it('show who is where in BGP', async () => {
    const west = await testbed.container('router/west');
    const routes = await west.run('vtysh', '-c', 'show bgp l2vpn evpn');
    for (const device of ['l2-red', 'l2-blue']) expect(routes).toContain(await macOf('b', device));
  });

  it('share routers and hosts with a connection over SRv6, and both are proven', async () => {
    const before = await footingOf(testbed);
    await testbed.put(
      SEGMENTS,
      cables((all) => [...all, OWN]),
    );
    refs = [...refs, SEGMENTS.ref];
    const since = performance.now();
    const proven = async (): Promise<void> =>
      expect(await seenWay('own', 'forward')).toEqual(['west', 'north', 'east']);
    await eventually(proven, { timeoutMs: BOUND_MS, message: 'the connection over SRv6 is proven' });
    await testbed.ready(refs);
    measured(
      `layer 2: a connection over SRv6 beside it proven after ${((performance.now() - since) / 1000).toFixed(1)} s`,
    );
    expect(await seenWay('red', 'forward')).toEqual(['north']);
    expect(await seenWay('blue', 'forward')).toEqual(['south']);
    await allAnswer();
    const text = await (await host('a')).run('ping', '-q', '-n', '-i', '0.01', '-c', '50', '10.77.0.2');
    expect(text).toContain('50 received');
    expect(await footingOf(testbed)).toEqual(before);
  });

  it.each([
    ['an edge router', 'router/west'],
    ['a host', 'host/cables/b'],
  ])('come back after a crash of %s', async (_what, workload) => {
    const name = workload.replace('router/', '');
    const found = () => (name === workload ? testbed.container(workload) : taskOf(testbed, name));
    const before = await found();
    const since = performance.now();
    await before.kill();
    const again = async (): Promise<void> => {
      expect((await found()).found.id).not.toBe(before.found.id);
      await allAnswer();
    };
    await eventually(again, { timeoutMs: BOUND_MS, intervalMs: 200, message: 'frames pass again' });
    measured(
      `layer 2: frames pass ${((performance.now() - since) / 1000).toFixed(1)} s after the crash of ${workload}`,
    );
    await testbed.ready(refs);
    expect(await seenWay('red', 'forward')).toEqual(['north']);
  });

  it('are put back when somebody takes an interface away', async () => {
    await (await host('a')).run('ip', 'link', 'delete', 'dev', 'l2-red');
    await (
      await testbed.container('router/east')
    ).run('sh', '-c', 'ip link delete dev $(ls /sys/class/net | grep ^l2b | head -n 1)');
    await eventually(allAnswer, { timeoutMs: BOUND_MS, intervalMs: 200, message: 'frames pass again' });
    await testbed.ready(refs);
  });

  it('leave nothing when they are deleted, beside connections that stay', async () => {
    const claims = (await testbed.allocations()).map(({ key }) => key);
    expect(claims.some((key) => key.includes('/vni/'))).toBe(true);
    await testbed.put(cables((all) => all.filter(({ name }) => name === 'red')));
    const only = async (): Promise<void> => {
      expect(await (await host('a')).run('ls', '/sys/class/net')).not.toMatch(/l2-(blue|ac)/);
      const south = await testbed.container('router/south');
      expect(await south.run('ls', '/sys/class/net')).not.toContain('l2');
      expect(await south.run('vtysh', '-c', 'show running-config')).not.toContain('evpn');
    };
    await eventually(only, { timeoutMs: BOUND_MS, intervalMs: 300, message: 'one connection is left' });
    await testbed.put(cables(() => []));
    const none = async (): Promise<void> => {
      for (const [workload, container] of await testbed.containers()) {
        expect(await container.run('ls', '/sys/class/net'), workload).not.toMatch(/l2[-bvtm]/);
        if (!workload.startsWith('router/')) continue;
        expect(await container.run('vtysh', '-c', 'show running-config')).not.toMatch(/evpn|vni/);
      }
      const left = (await testbed.allocations()).map(({ key }) => key);
      expect(left.filter((key) => /\/(vni|port)\//.test(key))).toEqual([]);
    };
    await eventually(none, { timeoutMs: BOUND_MS, intervalMs: 300, message: 'no connection is left' });
    await testbed.ready(refs);
  });
});
