import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/runtime/system-clock.ts';
import { HttpServer, type HttpServerOptions } from '../../../src/server/http-server.ts';
import { listenAddressText, parseListenAddress } from '../../../src/server/listen-address.ts';
import { Health } from '../../../src/telemetry/health.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { memoryLogger } from '../runtime/log-lines.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const start = async (listen = '127.0.0.1:0', options: Partial<HttpServerOptions> = {}) => {
  const clock = new SystemClock();
  const health = new Health(clock);
  const metrics = createMetrics();
  const { logger, lines } = memoryLogger();
  const base = { listen: parseListenAddress(listen), health, metrics, logger, clock };
  const server = await HttpServer.start({ ...base, ...options });
  cleanUps.push(() => server.close());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://${listenAddressText(server.address)}${path}`, { headers });
  return { server, health, metrics, lines, get };
};

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'hinge-server-'));
  cleanUps.push(() => rm(path, { recursive: true }));
  return path;
};

const occupy = async (path: string): Promise<Server> => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(path, resolve));
  cleanUps.push(() => new Promise((resolve) => other.close(resolve)));
  return other;
};

const getOverSocket = (socketPath: string, path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    // A connection of its own: one kept alive from the request before may belong to a server that has closed since.
    const sent = request({ socketPath, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });

describe('HttpServer', () => {
  it('says which port the system chose, and that the process is alive', async () => {
    const { server, get } = await start();
    expect(server.address).toMatchObject({ type: 'tcp', port: expect.any(Number) as number });
    expect(server.address).not.toMatchObject({ port: 0 });
    const response = await get('/healthz');
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
    expect(await (await get('/healthz?verbose')).text()).toMatch(
      /^\[\+\]event-loop ok: median delay \d+ ms\nhealthz check passed\n$/,
    );
  });

  it('is ready as soon as all checks are well, and lists them when asked', async () => {
    const { health, get } = await start();
    const etcd = health.register('etcd');
    health.register('leader').succeed('standing by, hinge-2 leads');
    expect((await get('/readyz')).status).toBe(503);
    etcd.succeed();
    const response = await get('/readyz');
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
    expect(await (await get('/readyz?verbose')).text()).toBe(
      '[+]etcd ok\n[+]leader ok: standing by, hinge-2 leads\nreadyz check passed\n',
    );
  });

  it('says what is not ready, as text and as JSON', async () => {
    const { health, get } = await start();
    health.register('etcd').fail('https://etcd-1:2379 does not answer');
    const text = await get('/readyz');
    expect([text.status, await text.text()]).toEqual([
      503,
      '[-]etcd failed: https://etcd-1:2379 does not answer\nreadyz check failed\n',
    ]);
    const json = await get('/readyz', { accept: 'application/json' });
    expect([json.status, await json.json()]).toEqual([
      503,
      { ok: false, checks: [{ name: 'etcd', ok: false, message: 'https://etcd-1:2379 does not answer' }] },
    ]);
  });

  it('shows metrics in the format of Prometheus', async () => {
    const { metrics, get } = await start();
    metrics.metrics.leader.set({}, 1);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toMatch(/^hinge_leader 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d/m);
  });

  it('answers 500 without details when a route fails, and logs the error', async () => {
    const { get, lines } = await start('127.0.0.1:0', {
      routes: (app) => {
        app.get('/broken', () => Promise.reject(new Error('etcd password is hunter2')));
      },
    });
    const response = await get('/broken');
    expect([response.status, await response.text()]).toEqual([500, 'internal error; the log says more\n']);
    expect(lines).toMatchObject([{ level: 'error', message: 'HTTP request failed', url: '/broken' }]);
    expect((await get('/nothing')).status).toBe(404);
  });

  it('tells people when the port is taken', async () => {
    const { server } = await start();
    const taken = listenAddressText(server.address);
    await expect(start(taken)).rejects.toThrow(
      `cannot listen on ${taken}: another program listens there; choose another address with --listen or HINGE_LISTEN`,
    );
  });

  it('tells people when the address is not one of this machine', async () => {
    await expect(start('192.0.2.254:0')).rejects.toThrow('this machine does not have that address');
  });

  it('listens on a socket file, also where a killed process left one', async () => {
    const path = join(await folder(), 'hinge.sock');
    const first = await start(path);
    expect(await getOverSocket(path, '/healthz')).toBe(200);
    await first.server.close();
    await start(`unix://${path}`);
    expect(await getOverSocket(path, '/healthz')).toBe(200);
  });

  it('leaves a socket in use, and a file that is none, alone', async () => {
    const path = join(await folder(), 'hinge.sock');
    await occupy(path);
    await expect(start(path)).rejects.toThrow(
      `cannot listen on unix://${path}: another program listens there`,
    );
    const file = join(await folder(), 'notes.txt');
    await writeFile(file, 'mine');
    await expect(start(file)).rejects.toThrow('another program listens there');
  });

  it('lets a request in progress end when it closes, but not for longer than its grace', async () => {
    let answer = (): void => undefined;
    const started: string[] = [];
    const { server, get } = await start('127.0.0.1:0', {
      closeGraceMs: 50,
      routes: (app) => {
        app.get('/slow', async () => {
          started.push('slow');
          await new Promise<void>((resolve) => (answer = resolve));
          return 'done';
        });
        app.get('/never', () => {
          started.push('never');
          return new Promise(() => undefined);
        });
      },
    });
    const slow = get('/slow').then((response) => response.text());
    const never = get('/never').catch(String);
    await expect.poll(() => [...started].sort()).toEqual(['never', 'slow']);
    const closed = server.close();
    answer();
    expect(await slow).toBe('done');
    expect(await never).toContain('fetch failed');
    await closed;
    await expect(get('/healthz')).rejects.toThrow('fetch failed');
  });

  it('waits neither for idle connections when it closes, nor long for one that never asks', async () => {
    const idle = await start('127.0.0.1:0', { closeGraceMs: 60_000 });
    await (await idle.get('/healthz')).text();
    await expect(idle.server.close()).resolves.toBeUndefined();
    const { server } = await start('127.0.0.1:0', { closeGraceMs: 50 });
    if (server.address.type !== 'tcp') throw new Error('expected TCP');
    const silent = connect(server.address.port, server.address.host);
    await new Promise((resolve) => silent.once('connect', resolve));
    const ended = new Promise((resolve) => silent.once('close', resolve));
    await server.close();
    await expect(ended).resolves.toBe(false);
  });
});
