import { expect, it } from 'vitest';
import type { EtcdServer } from '../../support/etcd.ts';
import { eventually } from '../../support/eventually.ts';
import { clock, connect, etcdForThisTest, expectSees, failureOf, Follower, put } from './fixture.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

/** Two ways to one etcd, of which the first can be blocked. */
const twoWays = async (): Promise<{ etcd: EtcdServer; first: TcpProxy; endpoints: string[] }> => {
  const etcd = await etcdForThisTest();
  const first = await TcpProxy.before(etcd.endpoint);
  return { etcd, first, endpoints: [first.endpoint, etcd.endpoint] };
};

const nowMs = (): number => clock.monotonicMs();

it('a call goes to the next endpoint when the first refuses', async () => {
  const { first, endpoints } = await twoWays();
  await first.refuse();
  const { store, lines } = connect({ endpoints });
  const beganAt = nowMs();
  await store.commit([put('/a', '1')], {});
  expect((await store.get('/a'))?.value).toBe('1');
  expect(nowMs() - beganAt).toBeLessThan(1000);
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { message: 'etcd does not answer', fields: { next: new URL(endpoints[1] ?? '').host } },
  ]);
});

it('a call goes to the next endpoint within its bound when the first is a black hole', async () => {
  const { first, endpoints } = await twoWays();
  const { store } = connect({ endpoints, timeoutMs: 2000 });
  await store.commit([put('/a', '1')], {});
  first.silence();
  const beganAt = nowMs();
  expect((await store.get('/a'))?.value).toBe('1');
  const tookMs = nowMs() - beganAt;
  expect(tookMs).toBeGreaterThan(900);
  expect(tookMs).toBeLessThan(1900);
  // And does not go back to it.
  await store.get('/a');
  expect(nowMs() - beganAt - tookMs).toBeLessThan(500);
});

it('a write is not sent into a black hole, and is sent once', async () => {
  const { etcd, first, endpoints } = await twoWays();
  const { store } = connect({ endpoints, timeoutMs: 2000 });
  const before = await store.commit([put('/a', '1')], {});
  first.silence();
  // The last answer is too long ago for the endpoint to be trusted.
  await eventually(() => expect(etcd.ctl('get', '/a', '-w', 'json')).resolves.toBeDefined(), {
    timeoutMs: 2000,
    message: 'etcd is there',
  });
  const trustedUntil = nowMs() + 1000;
  await expect.poll(nowMs, { timeout: 3000 }).toBeGreaterThan(trustedUntil);
  const { revision } = await store.commit([put('/a', '2')], {});
  expect(revision).toBe(before.revision + 1n);
});

it('a silent endpoint is noticed within 15 s by its watch, with the settings that are the default', async () => {
  const { etcd, first, endpoints } = await twoWays();
  const { store } = connect({ endpoints });
  const follower = new Follower(store, '/p/');
  await etcd.ctl('put', '/p/a', '1');
  await expectSees(follower, { a: '1' });
  first.silence();
  const beganAt = nowMs();
  await etcd.ctl('put', '/p/a', '2');
  await expectSees(follower, { a: '2' });
  console.log(
    `black hole noticed, and a change seen through the other endpoint, after ${nowMs() - beganAt} ms`,
  );
  expect(nowMs() - beganAt).toBeLessThan(15_000);
});

it('an etcd that hangs is noticed, and the watch comes back to it', async () => {
  const etcd = await etcdForThisTest();
  const { store } = connect({ endpoints: [etcd.endpoint], timeoutMs: 500, silenceMs: 600 });
  const follower = new Follower(store, '/p/');
  await etcd.ctl('put', '/p/a', '1');
  await expectSees(follower, { a: '1' });
  const before = follower.hints;
  etcd.pause();
  await expect.poll(() => follower.hints, { timeout: 5000 }).toBeGreaterThan(before);
  etcd.resume();
  await etcd.ctl('put', '/p/a', '2');
  await expectSees(follower, { a: '2' });
});

it('when no endpoint answers, the bound of the call holds', async () => {
  const etcd = await etcdForThisTest();
  const ways = await Promise.all([1, 2, 3].map(() => TcpProxy.before(etcd.endpoint)));
  const { store } = connect({ endpoints: ways.map(({ endpoint }) => endpoint), timeoutMs: 900 });
  for (const way of ways) way.silence();
  const beganAt = nowMs();
  const failures = await Promise.all(
    [store.get('/a'), store.list('/a'), store.commit([put('/a')], {})].map(failureOf),
  );
  expect(nowMs() - beganAt).toBeLessThan(1500);
  for (const { kind } of failures) expect(kind).toBe('timeout');
});
