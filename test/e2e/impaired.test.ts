import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RouterStatus } from '../../src/api/status.ts';
import { eventually } from '../support/eventually.ts';
import { footingOf } from '../support/footing.ts';
import { allRows, slow } from '../support/slow.ts';
import { taskOf } from '../support/seen.ts';
import { type Document, document, measured, pathRef, router, useTestbed } from '../support/testbed.ts';
import { ThreeRouters } from '../support/three-routers.ts';
import { Traffic } from '../support/traffic.ts';

const BOUND_MS = 60_000;
/** How far a measured rate may be from the one that was asked for. */
const TOLERANCE = 0.2;

const Measured = z.object({ end: z.object({ sum_received: z.object({ bits_per_second: z.number() }) }) });

describe('a link with properties', () => {
  const testbed = useTestbed('/impaired', { HINGE_RESYNC: '3s' });
  const three = new ThreeRouters(testbed, 'impaired');
  const via = ['impaired-left', 'impaired-middle', 'impaired-right'];
  const [left = '', middle = ''] = via;
  const between = [left, middle];
  let hasNetem: boolean;

  const pathWith = (hop: object): Document =>
    document('Path', 'impaired', { via, hops: [{ between, ...hop }] });

  /** Queues and MTU of a router's interface of the shaped link, as its own tc prints them. */
  const seenAt = async (name: string): Promise<string> => {
    const status = (await testbed.status(router(name))) as RouterStatus | undefined;
    const { name: device = '' } = status?.interfaces?.find(({ link }) => link.includes(`${left}--`)) ?? {};
    const container = await testbed.container(`router/${name}`);
    const parts = [
      await container.run('tc', 'class', 'show', 'dev', device),
      await container.run('tc', 'qdisc', 'show', 'dev', device),
      await container.run('ip', 'link', 'show', 'dev', device),
    ];
    return parts.join('\n');
  };

  /** Waits until both ends of the link are as wanted. @returns seconds */
  const shows = async (there: RegExp, back: RegExp): Promise<number> => {
    const began = performance.now();
    const look = async (): Promise<void> => {
      expect(await seenAt(left)).toMatch(there);
      expect(await seenAt(middle)).toMatch(back);
    };
    await eventually(look, {
      timeoutMs: BOUND_MS,
      intervalMs: 100,
      message: `the link has ${String(there)}`,
    });
    return (performance.now() - began) / 1000;
  };

  /** Bits per second that TCP gets from one host to the other. */
  const rate = async (from: 'a' | 'b', to: 'a' | 'b'): Promise<number> => {
    const [sender, receiver] = [
      await testbed.container(`host/impaired/${from}`),
      await testbed.container(`host/impaired/${to}`),
    ];
    const address = await new Traffic(testbed, `impaired/${from}`, `impaired/${to}`).address();
    await receiver.run('iperf3', '--server', '--one-off', '--daemon');
    const listens = async (): Promise<void> => expect(await receiver.run('ss', '-tln')).toContain(':5201');
    await eventually(listens, { timeoutMs: BOUND_MS, intervalMs: 50, message: 'iperf3 listens' });
    const text = await sender.run('iperf3', '--client', address, '--time', '2', '--omit', '1', '--json');
    return Measured.parse(JSON.parse(text)).end.sum_received.bits_per_second;
  };

  beforeAll(async () => {
    await testbed.start();
    await testbed.put(
      ...three.documents.filter(({ ref }) => ref.kind !== 'Path'),
      pathWith({ rate: '2mbit', delay: '20ms', mtu: 1400 }),
    );
    await testbed.ready(three.refs);
    const { found } = await testbed.container(`router/${left}`);
    hasNetem = await testbed.lab
      .node(found.node)
      .exec(['unshare', '--net', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'limit', '10'])
      .then(
        () => true,
        () => false,
      );
  });

  it('has them at both ends, and says what the kernel cannot do', async () => {
    await shows(/rate 2Mbit[^]*mtu 1400/, /rate 2Mbit[^]*mtu 1400/);
    const wanted = hasNetem
      ? { status: 'True' as const, reason: 'Applied' }
      : { status: 'False' as const, reason: 'KernelLacksNetem', message: /node\d/ };
    const { message } = await testbed.condition(pathRef('impaired'), 'Impaired', wanted);
    measured(`Impaired: ${message}`);
    expect(message).toContain('delay 20ms');
    await testbed.ready(three.refs);
  });

  it('lets as much pass as its rate, each way', async () => {
    await testbed.put(pathWith({ rate: '2mbit', delay: '20ms', reverse: { rate: '5mbit' } }));
    const before = await footingOf(testbed);
    const seconds = await shows(/rate 2Mbit[^]*mtu 1450/, /rate 5Mbit[^]*mtu 1450/);
    const [there, back] = [await rate('a', 'b'), await rate('b', 'a')];
    measured(
      `changed after ${seconds.toFixed(1)} s; ${(there / 1e6).toFixed(2)} of 2 Mbit/s there, ${(back / 1e6).toFixed(2)} of 5 Mbit/s back`,
    );
    expect(Math.abs(there / 2e6 - 1)).toBeLessThan(TOLERANCE);
    expect(Math.abs(back / 5e6 - 1)).toBeLessThan(TOLERANCE);
    expect(await footingOf(testbed)).toEqual(before);
  });

  slow('has them again when somebody takes them away', async () => {
    const container = await testbed.container(`router/${left}`);
    const [, device = ''] = /qdisc htb[^]*\d+: (\S+?)@/.exec(await seenAt(left)) ?? [];
    await container.run('tc', 'qdisc', 'del', 'dev', device, 'root');
    const seconds = await shows(/rate 2Mbit/, /rate 5Mbit/);
    measured(`put back after ${seconds.toFixed(1)} s`);
    await testbed.operators[0]?.idle();
    expect(await testbed.operators[0]?.metric('hinge_repairs_total', { type: 'shaping' })).toBe(1);
  });

  slow('has them in a new container', async () => {
    const before = await taskOf(testbed, middle);
    const task = before.found.workload ?? '';
    const since = performance.now();
    await before.kill();
    await three.restarted([task], new Map([[task, before.found.id]]), since);
    expect(await shows(/rate 2Mbit/, /rate 5Mbit/)).toBeLessThan(BOUND_MS / 1000);
    measured(`shaped again ${((performance.now() - since) / 1000).toFixed(1)} s after the crash`);
    await testbed.ready(three.refs);
  });

  it('has none left when nobody wants any, even for an operator that has made none', async () => {
    const before = await footingOf(testbed);
    // What was as it should be was not taken for changed by hand.
    const repairs = await testbed.operators[0]?.metric('hinge_repairs_total', { type: 'shaping' });
    expect(repairs).toBe(allRows ? 1 : 0);
    await testbed.endOperators();
    await testbed.put(pathWith({}));
    await testbed.start('second');
    const none = /^\n?qdisc noqueue/;
    const seconds = await shows(none, none);
    measured(`gone after ${seconds.toFixed(1)} s`);
    expect(await seenAt(left)).not.toMatch(/alias/);
    const gone = async (): Promise<void> => {
      const status = await testbed.status(pathRef('impaired'));
      expect(status?.conditions.map(({ type }) => type)).not.toContain('Impaired');
    };
    await eventually(gone, { timeoutMs: BOUND_MS, intervalMs: 100, message: 'the Path says nothing of it' });
    await testbed.ready(three.refs);
    expect(await footingOf(testbed)).toEqual(before);
  });
});
