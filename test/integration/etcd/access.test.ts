import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { TestAuthority } from '../../support/certificates.ts';
import { type EtcdServer, startEtcd } from '../../support/etcd.ts';
import { eventually } from '../../support/eventually.ts';
import { connect, etcdForThisTest, expectSees, failureOf, Follower, forever, put } from './fixture.ts';

describe('over TLS', () => {
  let etcd: EtcdServer;
  let tls: { ca: string; cert: string; key: string };
  beforeAll(async () => {
    etcd = await startEtcd({ tls: true });
    if (etcd.tls === undefined) throw new Error('no TLS');
    const { authority, client } = etcd.tls;
    const [ca, cert, key] = await Promise.all(
      [authority.certificate, client.certificate, client.key].map((file) => readFile(file, 'utf8')),
    );
    tls = { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
  });
  afterAll(() => etcd.close());

  it.each(['https://', ''])('a client with a certificate is let in (%s)', async (scheme) => {
    const { store } = connect({ endpoints: [scheme + new URL(etcd.endpoint).host], tls });
    const follower = new Follower(store, `/${scheme}/`);
    await store.commit([put(`/${scheme}/a`, '1')], {});
    await expectSees(follower, { a: '1' });
  });

  it('a client without one is not', async () => {
    const { store } = connect({ endpoints: [etcd.endpoint], tls: { ca: tls.ca }, timeoutMs: 500 });
    const error = await failureOf(store.get('/a'));
    expect(error.kind).toMatch(/unavailable|timeout/);
  });

  it('a server whose authority is not ours is not trusted, and the message says so', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-authority-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const ca = await readFile((await TestAuthority.create(directory)).certificate, 'utf8');
    for (const options of [{ tls: { ...tls, ca } }, {}]) {
      const { store } = connect({ endpoints: [etcd.endpoint], timeoutMs: 500, ...options });
      const error = await failureOf(store.get('/a'));
      expect(error).toMatchObject({ kind: 'unavailable' });
      expect(error.message).toMatch(/certificate/);
    }
  });

  it('settings that contradict each other are refused', () => {
    const host = new URL(etcd.endpoint).host;
    expect(() => connect({ endpoints: [`http://${host}`], tls })).toThrow('use https://');
    expect(() => connect({ endpoints: [host], tls: { ...tls, key: 'no key' } })).toThrow(host);
  });
});

describe('endpoints', () => {
  it.each(['', 'a b', 'ftp://etcd:2379', 'etcd:99999', 'http://', 'etcd:2379/path'])(
    'cannot be "%s"',
    (endpoint) => {
      expect(() => connect({ endpoints: [endpoint] })).toThrow(expect.objectContaining({ kind: 'invalid' }));
    },
  );

  it('are needed', () => {
    expect(() => connect({ endpoints: [] })).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  it('can be written in several ways, and one that is not there is passed over', async () => {
    const etcd = await etcdForThisTest();
    const { port } = new URL(etcd.endpoint);
    for (const endpoint of [`127.0.0.1:${port}`, `localhost:${port}`, `http://127.0.0.1:${port}/`]) {
      expect(await connect({ endpoints: [endpoint] }).store.get('/a')).toBeUndefined();
      expect(await connect({ endpoints: ['127.0.0.1:1', endpoint] }).store.get('/a')).toBeUndefined();
    }
  });
});

describe('with users', () => {
  let etcd: EtcdServer;
  const user = { username: 'alice', password: 'in wonderland' };
  const operator = { username: 'hinge', password: 'of a door' };
  beforeAll(async () => {
    etcd = await startEtcd({ rootPassword: 'secret' });
    for (const [{ username, password }, prefix] of [
      [user, '/hinge/desired/'],
      [operator, '/hinge/'],
    ] as const) {
      await etcd.ctl('user', 'add', `${username}:${password}`);
      await etcd.ctl('role', 'add', username);
      await etcd.ctl('role', 'grant-permission', username, 'readwrite', '--prefix=true', prefix);
      await etcd.ctl('user', 'grant-role', username, username);
    }
  });
  afterAll(() => etcd.close());

  it('the operator may do everything below its prefix', async () => {
    const { store, elect } = connect({ endpoints: [etcd.endpoint], auth: operator });
    const follower = new Follower(store, '/hinge/status/');
    const term = await elect('/hinge/leader', 5).campaign(forever);
    const guards = [{ type: 'absent', key: '/hinge/status/routers/a' }] as const;
    await store.commit([put('/hinge/status/routers/a', '1')], { fence: term.fence, guards });
    await expectSees(follower, { 'routers/a': '1' });
    expect(await store.alarms()).toEqual([]);
    await term.resign();
  });

  it('a user may write and watch what is desired, and nothing else', async () => {
    const { store, lines } = connect({ endpoints: [etcd.endpoint], auth: user });
    const follower = new Follower(store, '/hinge/desired/');
    await store.commit([put('/hinge/desired/routers/a', '1')], {});
    await expectSees(follower, { 'routers/a': '1' });
    const calls = [
      store.commit([put('/hinge/status/routers/b', '1')], {}),
      store.get('/hinge/leader'),
      store.list('/hinge/'),
    ];
    for (const error of await Promise.all(calls.map(failureOf))) {
      expect(error).toMatchObject({ kind: 'denied' });
      expect(error.message).toMatch(/\/hinge\/.*127\.0\.0\.1.*permission denied.*roles/);
    }
    new Follower(store, '/hinge/status/');
    await eventually(
      () => {
        const refused = lines.filter(({ message }) => message === 'etcd refuses a watch');
        expect(refused).toMatchObject([{ level: 'warn', fields: { watch: '/hinge/status/' } }]);
        expect(lines.some(({ message }) => message === 'etcd watch broke again')).toBe(true);
      },
      { timeoutMs: 5000, message: 'the log says once that the watch is refused' },
    );
  });

  it.each([
    ['a wrong password', { username: 'alice', password: 'guess' }],
    ['an unknown user', { username: 'bob', password: 'guess' }],
    ['no user', undefined],
  ])('who comes with %s is "denied", and learns what to check', async (_, auth) => {
    const { store } = connect({ endpoints: [etcd.endpoint], ...(auth && { auth }) });
    const error = await failureOf(store.get('/hinge/desired/routers/a'));
    expect(error).toMatchObject({ kind: 'denied' });
    expect(error.message).toContain(new URL(etcd.endpoint).host);
    expect(error.message).toContain('check the user name, the password');
    expect(error.message).not.toContain('guess');
  });

  it('who comes with a password where none is asked for is "denied", and learns that', async () => {
    const open = await etcdForThisTest();
    const { store } = connect({ endpoints: [open.endpoint], auth: user });
    const error = await failureOf(store.get('/a'));
    expect(error).toMatchObject({ kind: 'denied' });
    expect(error.message).toContain('authentication is not enabled');
  });
});

describe('a token', () => {
  const auth = { username: 'root', password: 'secret' };

  /** Work that has to go on, whatever happens to the tokens meanwhile. */
  const expectWorkThrough = async (own: EtcdServer, happens: () => Promise<void>): Promise<void> => {
    // etcd checks passwords with bcrypt, and here ten reads come with one: on a busy machine that takes seconds.
    const { store, elect } = connect({ endpoints: [own.endpoint], auth, timeoutMs: 20_000 });
    const follower = new Follower(store, '/p/');
    const term = await elect('/leader', 30).campaign(forever);
    await store.commit([put('/p/a', '1')], { fence: term.fence });
    await expectSees(follower, { a: '1' });
    await happens();
    const reads = Array.from({ length: 10 }, () => store.get('/p/a'));
    await store.commit([put('/p/b', '2')], { fence: term.fence });
    expect((await Promise.all(reads)).map((entry) => entry?.value)).toEqual(Array(10).fill('1'));
    await expectSees(follower, { a: '1', b: '2' });
    expect(term.signal.aborted).toBe(false);
    await term.resign();
  };

  it('that etcd has forgotten is renewed', async () => {
    const own = await etcdForThisTest({ rootPassword: auth.password });
    await expectWorkThrough(own, async () => {
      await own.ctl('auth', 'disable');
      await own.ctl('auth', 'enable');
    });
  });

  it('that is older than the last change of users and roles is renewed', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-jwt-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const [own, open] = ['own.pem', 'open.pem'].map((name) => path.join(directory, name));
    await execa('openssl', ['genrsa', '-out', `${own}`, '2048']);
    await execa('openssl', ['rsa', '-in', `${own}`, '-pubout', '-out', `${open}`]);
    vi.stubEnv('ETCD_AUTH_TOKEN', `jwt,sign-method=RS256,priv-key=${own},pub-key=${open}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const server = await etcdForThisTest({ rootPassword: auth.password });
    await expectWorkThrough(server, async () => {
      await server.ctl('role', 'add', 'new');
    });
  });
});
