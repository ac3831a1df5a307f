import { expect, it, onTestFinished, vi } from 'vitest';
import { clock, connect, etcdForThisTest, forever, put } from './fixture.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

const TEN_MINUTES_MS = 600_000;

it('the clock of the day may jump by ten minutes, back and forth, and nobody loses leadership', async () => {
  const etcd = await etcdForThisTest();
  const { store, elect } = connect({ endpoints: [etcd.endpoint] });
  vi.useFakeTimers({ toFake: ['Date'], now: new Date() });
  onTestFinished(() => void vi.useRealTimers());
  const term = await elect('/leader', 3).campaign(forever);
  const standBy = elect('/leader', 3).campaign(forever);
  standBy.catch(() => undefined);
  for (const jump of [TEN_MINUTES_MS, -2 * TEN_MINUTES_MS, TEN_MINUTES_MS]) {
    vi.setSystemTime(Date.now() + jump);
    const until = clock.monotonicMs() + 1700;
    await expect.poll(() => clock.monotonicMs(), { timeout: 5000 }).toBeGreaterThan(until);
    await store.commit([put('/p/a', String(jump))], { fence: term.fence });
    expect(term.signal.aborted).toBe(false);
  }
  await term.resign();
  expect((await standBy).fence.createRevision).toBeGreaterThan(term.fence.createRevision);
});

it('a leader whose endpoint becomes a black hole goes on through another', async () => {
  const etcd = await etcdForThisTest();
  const first = await TcpProxy.before(etcd.endpoint);
  const { store, elect } = connect({ endpoints: [first.endpoint, etcd.endpoint] });
  const term = await elect('/leader', 3).campaign(forever);
  first.silence();
  const until = clock.monotonicMs() + 6500;
  await expect.poll(() => clock.monotonicMs(), { timeout: 10_000 }).toBeGreaterThan(until);
  expect(term.signal.aborted).toBe(false);
  await store.commit([put('/p/a', '1')], { fence: term.fence });
});
