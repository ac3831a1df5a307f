import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { connect, etcdForThisTest, expectSees, failureOf, Follower, put } from './fixture.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

describe('when etcd goes away', () => {
  it.each(['stop', 'kill'] as const)('a watch comes back with it (%s)', async (end) => {
    const etcd = await etcdForThisTest();
    const { store, lines } = connect({ endpoints: [etcd.endpoint] });
    const follower = new Follower(store, '/p/');
    await etcd.ctl('put', '/p/a', '1');
    await expectSees(follower, { a: '1' });
    await etcd[end]();
    await eventually(() => expect(lines.map(({ message }) => message)).toContain('etcd watch broke'), {
      timeoutMs: 5000,
      message: 'the log says that the watch broke',
    });
    await etcd.start();
    await etcd.ctl('put', '/p/b', '2');
    await expectSees(follower, { a: '1', b: '2' });
    const told = lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
    expect(told.toSorted()).toEqual(
      ['etcd answers again', 'etcd does not answer', 'etcd watch broke', 'etcd watch is back'].toSorted(),
    );
  });

  it('no change is missed, deletions included, though history was compacted meanwhile', async () => {
    const etcd = await etcdForThisTest();
    const proxy = await TcpProxy.before(etcd.endpoint);
    const { store } = connect({ endpoints: [proxy.endpoint] });
    for (const key of ['kept', 'deleted', 'edited', 'again']) await etcd.ctl('put', `/p/${key}`, 'old');
    const follower = new Follower(store, '/p/');
    await expectSees(follower, { kept: 'old', deleted: 'old', edited: 'old', again: 'old' });

    await proxy.refuse();
    await etcd.ctl('del', '/p/deleted');
    await etcd.ctl('put', '/p/edited', 'new');
    await etcd.ctl('del', '/p/again');
    await etcd.ctl('put', '/p/again', 'new');
    await etcd.ctl('put', '/p/created', 'new');
    const { header } = JSON.parse(await etcd.ctl('get', '/p/', '-w', 'json')) as {
      header: { revision: number };
    };
    await etcd.ctl('compaction', String(header.revision), '--physical');
    await proxy.open();
    await expectSees(follower, { kept: 'old', edited: 'new', again: 'new', created: 'new' });
    await etcd.ctl('del', '/p/kept');
    await expectSees(follower, { edited: 'new', again: 'new', created: 'new' });
  });

  it('no change is missed when the connection is cut again and again while it changes', async () => {
    const etcd = await etcdForThisTest();
    const proxy = await TcpProxy.before(etcd.endpoint);
    const { store } = connect({ endpoints: [proxy.endpoint] });
    const { store: direct } = connect({ endpoints: [etcd.endpoint] });
    const follower = new Follower(store, '/p/');
    for (let turn = 0; turn < 300; turn += 1) {
      const key = `/p/${turn % 7}`;
      await direct.commit([turn % 3 === 0 ? { type: 'delete', key } : put(key, String(turn))], {});
      if (turn % 10 === 0) proxy.cut();
    }
    const { entries } = await direct.list('/p/');
    await expectSees(
      follower,
      Object.fromEntries(entries.map(({ key, value }) => [key.slice('/p/'.length), value])),
    );
  });

  it('the loss of all data is seen', async () => {
    const etcd = await etcdForThisTest();
    const { store } = connect({ endpoints: [etcd.endpoint] });
    for (let turn = 0; turn < 20; turn += 1) await store.commit([put('/p/a', String(turn))], {});
    const follower = new Follower(store, '/p/');
    await expectSees(follower, { a: '19' });
    await etcd.wipe();
    await expectSees(follower, {});
    await etcd.ctl('put', '/p/b', '1');
    await expectSees(follower, { b: '1' });
  });
});

describe('a call', () => {
  it('to an etcd that is not there is "unavailable" within its bound, and says where', async () => {
    const etcd = await etcdForThisTest();
    await etcd.stop();
    const { store } = connect({ endpoints: [etcd.endpoint], timeoutMs: 600 });
    const calls = [store.get('/a'), store.list('/a/'), store.grantLease(5), store.commit([put('/a')], {})];
    for (const error of await Promise.all(calls.map(failureOf))) {
      expect(error).toMatchObject({ kind: 'unavailable', name: 'StoreError' });
      expect(error.message).toContain(new URL(etcd.endpoint).host);
      expect(error.message).toContain('check that it runs');
    }
  });

  it('to an etcd that hangs is a "timeout", and works once it goes on', async () => {
    const etcd = await etcdForThisTest();
    const { store } = connect({ endpoints: [etcd.endpoint], timeoutMs: 600 });
    await store.commit([put('/a', '1')], {});
    etcd.pause();
    // All threads of a process do not stop in the same moment.
    await eventually(() => expect(store.get('/a')).rejects.toMatchObject({ kind: 'timeout' }), {
      timeoutMs: 5000,
      message: 'a read finds that etcd hangs',
    });
    const error = await failureOf(store.commit([put('/a', '2')], {}));
    expect(error).toMatchObject({ kind: 'timeout' });
    expect(error.message).toMatch(/put \/a.*not known until it is read again/);
    etcd.resume();
    await expect.poll(() => store.get('/a'), { timeout: 5000 }).toBeDefined();
  });

  it('whose answer is lost fails, though the write took effect, and is not sent again', async () => {
    const etcd = await etcdForThisTest();
    const proxy = await TcpProxy.before(etcd.endpoint);
    const { store } = connect({ endpoints: [proxy.endpoint] });
    const { store: direct } = connect({ endpoints: [etcd.endpoint] });
    const before = await store.commit([put('/a', '1')], {});
    proxy.loseAnswers();
    const failure = failureOf(store.commit([put('/a', '2')], {}));
    await expect.poll(() => direct.get('/a'), { timeout: 5000 }).toMatchObject({ value: '2' });
    await proxy.open();
    expect(await failure).toMatchObject({ kind: 'unavailable' });
    // A second try behind the caller's back would show here.
    expect(await store.get('/a')).toMatchObject({ value: '2', modRevision: before.revision + 1n });
  });

  it('whose answer does not come is a "timeout"', async () => {
    const etcd = await etcdForThisTest();
    const proxy = await TcpProxy.before(etcd.endpoint);
    const { store } = connect({ endpoints: [proxy.endpoint], timeoutMs: 600 });
    await store.commit([put('/a', '1')], {});
    proxy.loseAnswers();
    await expect(store.commit([put('/a', '2')], {})).rejects.toMatchObject({ kind: 'timeout' });
    await proxy.open();
    expect(await store.get('/a')).toMatchObject({ value: '2' });
  });
});
