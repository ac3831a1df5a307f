import { describe, expect, it } from 'vitest';
import { DeviceKeeper } from '../../../src/controllers/device-keeper.ts';
import type { EventRecorder } from '../../../src/controllers/event-recorder.ts';
import { hostDevices, type ObservedDevice } from '../../../src/core/diff/devices.ts';
import { DockerError } from '../../../src/core/failure.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { memoryLogger } from '../runtime/log-lines.ts';
import { ManualClock } from '../runtime/manual-clock.ts';

const KEY = 'host/x/a';
const WANTED = hostDevices([
  {
    ...{ device: 'l2-ab', vni: 7, number: 1, local: '10.204.0.3', remote: '10.204.0.2' },
    ...{ mac: '02:00:00:07:00:01', address: '172.20.0.1/24', mtu: 1400 },
  },
]);

/** A host's namespace, and a kernel that does as it is told. */
class Kernel {
  readonly clock = new ManualClock();
  readonly calls: string[] = [];
  readonly told: string[] = [];
  lacks: readonly string[] = [];
  refuses = false;
  devices: readonly ObservedDevice[] = [];
  readonly keeper = new DeviceKeeper({
    clock: this.clock,
    metrics: createMetrics({ process: false }).metrics,
    events: {
      warning: (_: unknown, reason: string) => this.told.push(reason),
      normal: (_: unknown, reason: string) => this.told.push(reason),
    } as unknown as EventRecorder,
    resyncMs: 20_000,
    assertLeading: () => undefined,
    devices: {
      interfaces: () => Promise.resolve([]),
      lacking: () => {
        this.calls.push('lacking');
        return Promise.resolve(this.lacks);
      },
      read: () => {
        this.calls.push('read');
        return Promise.resolve(this.devices);
      },
      change: (_target, { lines }) => {
        this.calls.push(`change ${String(lines.length)}`);
        if (this.refuses) return Promise.reject(new DockerError('rejected', 'no room'));
        this.devices = lines[0]?.startsWith('link delete') === true ? [] : [MADE];
        return Promise.resolve();
      },
    },
  });

  /** @returns what the kernel was asked. */
  async settle(
    wanted = WANTED,
    containerId = 'c1',
    seen?: readonly ObservedDevice[],
  ): Promise<readonly string[]> {
    this.calls.length = 0;
    const target = { node: 'node1', containerId };
    const place = { key: KEY, owner: { kind: 'Experiment', name: 'x' } as const, target };
    await this.keeper.settle(place, wanted, seen, memoryLogger().logger);
    return [...this.calls];
  }
}

const MADE: ObservedDevice = {
  ...{ name: 'l2-ab', kind: 'vxlan', link: undefined, master: undefined, mtu: 1400, up: true },
  vxlan: { id: 2 ** 23 + 7, local: '10.204.0.3', remote: '10.204.0.2', port: 14791 },
  mac: '02:00:00:07:00:01',
  addresses: ['172.20.0.1/24', 'fe80::7/64'],
};

describe('DeviceKeeper', () => {
  it('looks once where nothing is wanted, and takes away what an earlier operator has made', async () => {
    const kernel = new Kernel();
    expect(await kernel.settle([])).toEqual(['read']);
    await kernel.clock.advance(60_000);
    expect(await kernel.settle([])).toEqual([]);
    kernel.devices = [MADE];
    expect(await kernel.settle([], 'c2')).toEqual(['read', 'change 1']);
  });

  it('asks nothing where it was told that nothing is there', async () => {
    const kernel = new Kernel();
    expect(await kernel.settle([], 'c1', [])).toEqual([]);
    expect(await kernel.settle([], 'c1', undefined)).toEqual([]);
  });

  it('makes what is wanted, in a new container again', async () => {
    const kernel = new Kernel();
    expect(await kernel.settle()).toEqual(['read', 'lacking', 'change 4']);
    expect(await kernel.settle()).toEqual([]);
    kernel.devices = [];
    expect(await kernel.settle(WANTED, 'c2')).toEqual(['read', 'change 4']);
    expect(kernel.told).toEqual([]);
  });

  it('puts back what somebody has changed, and says so', async () => {
    const kernel = new Kernel();
    await kernel.settle();
    kernel.devices = [{ ...MADE, up: false }];
    expect(await kernel.settle()).toEqual([]);
    await kernel.clock.advance(20_000);
    expect(await kernel.settle()).toEqual(['read', 'change 1']);
    expect(kernel.told).toEqual(['LanReverted']);
    expect(await kernel.settle(WANTED, 'c1', [])).toEqual(['read']);
  });

  it('makes nothing where the kernel cannot, and tries again later', async () => {
    const kernel = new Kernel();
    kernel.lacks = ['vxlan'];
    expect(await kernel.settle()).toEqual(['read', 'lacking']);
    expect(kernel.keeper.failure(KEY)).toMatchObject({ reason: 'KernelLacksVxlan' });
    expect(kernel.keeper.failure(KEY)?.message).toContain('node1 has no vxlan');
    expect(await kernel.settle()).toEqual([]);
    kernel.lacks = [];
    await kernel.clock.advance(300_000);
    expect(await kernel.settle()).toEqual(['read', 'lacking', 'change 4']);
    expect(kernel.keeper.failure(KEY)).toBeUndefined();
    expect(kernel.told).toEqual(['KernelLacksVxlan']);
  });

  it('says why it failed, and tries again soon', async () => {
    const kernel = new Kernel();
    kernel.refuses = true;
    await kernel.settle();
    expect(kernel.keeper.failure(KEY)).toEqual({ reason: 'LanFailed', message: 'no room' });
    expect(await kernel.settle()).toEqual([]);
    await kernel.clock.advance(5_000);
    expect(await kernel.settle()).toEqual(['read', 'change 4']);
    kernel.refuses = false;
    await kernel.clock.advance(5_000);
    await kernel.settle();
    expect(kernel.keeper.failure(KEY)).toBeUndefined();
    expect(kernel.told).toEqual(['LanFailed']);
  });
});
