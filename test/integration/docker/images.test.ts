import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { Images } from '../../../src/adapters/docker/images.ts';
import type { PullOptions } from '../../../src/ports/node-engine.ts';
import { answer, fakeEngine, type Handler } from './fake-engine.ts';

const never = new AbortController().signal;
const options = (more: Partial<PullOptions> = {}): PullOptions => ({
  credentials: undefined,
  signal: never,
  progress: () => undefined,
  ...more,
});
const images = async (handler: Handler): Promise<Images> => new Images(await fakeEngine(handler));
const line = (value: unknown): string => `${JSON.stringify(value)}\r\n`;

it('shows the registry the credentials, names one tag, and tells how far it is', async () => {
  const asked: IncomingMessage[] = [];
  const told: string[] = [];
  const engine = await images((request, response) => {
    asked.push(request);
    const layer = (id: string, current: number): string =>
      line({ status: 'Downloading', id, progressDetail: { current, total: 4_000_000 } });
    response.end([line({ status: 'Pulling' }), layer('a', 1_000_000), layer('b', 2_000_000)].join(''));
  });
  const credentials = { username: 'alice', password: 'pä?>', server: 'r.example' };
  await engine.pull('r.example:5000/x/y', options({ credentials, progress: (text) => told.push(text) }));
  const [request] = asked;
  expect(request?.url).toBe('/images/create?fromImage=r.example%3A5000%2Fx%2Fy&tag=latest');
  const header = String(request?.headers['x-registry-auth']);
  expect(header).toMatch(/^[\w=-]+$/);
  expect(JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))).toEqual({
    username: 'alice',
    password: 'pä?>',
    serveraddress: 'r.example',
  });
  expect(told).toEqual(['1 of 4 MB', '3 of 8 MB']);
});

it('asks without credentials when there are none, and for nothing but the digest that is written', async () => {
  const asked: IncomingMessage[] = [];
  const engine = await images((request, response) => {
    asked.push(request);
    response.end();
  });
  await engine.pull('x/y@sha256:00', options());
  expect(asked[0]?.url).toBe('/images/create?fromImage=x%2Fy%40sha256%3A00');
  expect(asked[0]?.headers['x-registry-auth']).toBeUndefined();
});

it.each<[string, Handler]>([
  ['in the answer', (_, response) => answer(response, 404, { message: 'manifest unknown' })],
  [
    'after it has begun',
    (_, response) => void response.end(line({ status: 'Pulling' }) + line({ error: 'manifest unknown' })),
  ],
])("fails with the registry's words: %s", async (_, handler) => {
  const engine = await images(handler);
  await expect(engine.pull('x/y:1', options())).rejects.toMatchObject({
    what: expect.stringMatching(/pulling the image x\/y:1: manifest unknown$/) as string,
  });
});

it('ends a pull when it is to stop', async () => {
  const stop = new AbortController();
  const engine = await images((_, response) => {
    response.write(line({ status: 'Pulling' }));

    setImmediate(() => stop.abort());
  });
  await expect(engine.pull('x/y:1', options({ signal: stop.signal }))).rejects.toThrow();
});

it('hands an archive over as it comes, and says what the engine finds wrong with it', async () => {
  const bodies: string[] = [];
  const engine = await images((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += String(chunk)));
    request.on('end', () => {
      bodies.push(body);
      response.end(
        bodies.length === 1 ? line({ stream: 'Loaded' }) : line({ error: 'no space left on device' }),
      );
    });
  });
  async function* archive(): AsyncIterable<Uint8Array> {
    yield await Promise.resolve(Buffer.from('one'));
    yield Buffer.from('two');
  }
  await engine.load(archive(), never);
  expect(bodies).toEqual(['onetwo']);
  await expect(engine.load(archive(), never)).rejects.toThrow('no space left on device');
});

it('gives up an archive that breaks off, with its own words', async () => {
  const ended: Promise<unknown>[] = [];
  const engine = await images((request) => {
    request.resume();
    ended.push(once(request, 'close'));
  });
  async function* archive(): AsyncIterable<Uint8Array> {
    yield await Promise.resolve(Buffer.from('one'));
    throw new Error('the disk is gone');
  }
  await expect(engine.load(archive(), never)).rejects.toThrow('the disk is gone');
});

it('knows the id of an image, or that it is not there', async () => {
  const engine = await images((request, response) => {
    if (request.url === '/images/x/y:1/json') answer(response, 200, { Id: 'sha256:1' });
    else answer(response, 404, { message: 'no such image' });
  });
  expect(await engine.id('x/y:1')).toBe('sha256:1');
  expect(await engine.id('x/z:1')).toBeUndefined();
});
