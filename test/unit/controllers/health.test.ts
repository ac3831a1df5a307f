import { describe, expect, it } from 'vitest';
import { watchHealth } from '../../../src/controllers/health.ts';
import type { Swarm } from '../../../src/ports/swarm.ts';
import { Health } from '../../../src/telemetry/health.ts';
import { MemoryStore } from '../../support/model/memory-store.ts';
import { ManualClock } from '../runtime/manual-clock.ts';

class AlarmedStore extends MemoryStore {
  raised: readonly string[] = [];

  override alarms(): Promise<readonly string[]> {
    return Promise.resolve(this.raised);
  }
}

describe('the health of an operator', () => {
  it('says that etcd takes no writes, what that means and what to do, until the alarm is over', async () => {
    const clock = new ManualClock();
    const store = new AlarmedStore();
    const health = new Health(clock);
    const [etcdCheck, swarmCheck] = [health.register('etcd'), health.register('swarm')];
    const swarm = { list: () => Promise.resolve({}) } as unknown as Swarm;
    const stop = new AbortController();
    const watching = watchHealth({ store, swarm, clock, etcdCheck, swarmCheck, key: '/leader' }, stop.signal);
    await clock.advance(0);
    expect(health.report().ok).toBe(true);

    store.raised = ['NOSPACE'];
    await clock.advance(10_000);
    const [etcd, engines] = health.report().checks;
    expect(etcd?.ok).toBe(false);
    expect(etcd?.message).toMatch(/alarm NOSPACE.*what runs is kept.*etcdctl alarm disarm/);
    expect(engines?.ok).toBe(true);

    store.raised = [];
    await clock.advance(10_000);
    expect(health.report().ok).toBe(true);
    stop.abort(new Error('stopped'));
    await watching;
  });
});
