import type { ServerResponse } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import type { Engine } from '../../../src/adapters/docker/engine.ts';
import { EventStream } from '../../../src/adapters/docker/events.ts';
import { PREFIX_LABEL, WORKLOAD_LABEL } from '../../../src/core/plan/labels.ts';
import type { EngineHint } from '../../../src/ports/node-engine.ts';
import { answer, fakeEngine } from './fake-engine.ts';
import { SystemClock } from '../../../src/runtime/system-clock.ts';
import { quiet } from '../../support/quiet.ts';

const clock = new SystemClock();

const PREFIX = '/test';

/** An engine whose event streams are the test's. */
async function listen(silenceMs?: number): Promise<{
  readonly hints: EngineHint[];
  readonly streams: ServerResponse[];
  readonly stop: () => Promise<void>;
}> {
  const streams: ServerResponse[] = [];
  const engine: Engine = await fakeEngine((_, response) => {
    response.writeHead(200);
    response.flushHeaders();
    streams.push(response);
  });
  const hints: EngineHint[] = [];
  const tools = { clock, logger: quiet, ...(silenceMs === undefined ? {} : { silenceMs }) };
  const events = new EventStream(engine, PREFIX, tools, (hint) => hints.push(hint));
  onTestFinished(() => events.stop());
  await expect.poll(() => hints).toEqual([{ node: 'node1', about: 'all' }]);
  return { hints, streams, stop: () => events.stop() };
}

const event = (
  Type: string,
  Action: string,
  Attributes: Record<string, string> = {},
  scope = 'local',
): string => `${JSON.stringify({ Type, Action, scope, Actor: { ID: 'id', Attributes } })}\n`;

it('says which listing an event is about', async () => {
  const { hints, streams } = await listen();
  hints.length = 0;
  const ours = { [PREFIX_LABEL]: PREFIX };
  streams[0]?.write(
    [
      event('container', 'die', { ...ours, [WORKLOAD_LABEL]: 'router/a' }),
      event('container', 'start', ours),
      event('container', 'start', { [PREFIX_LABEL]: '/other' }),
      event('container', 'start'),
      event('network', 'disconnect', { container: 'c' }),
      event('network', 'destroy'),
      event('image', 'tag', { name: 'x:1' }),
      event('network', 'create', {}, 'swarm'),
      event('service', 'update', {}, 'swarm'),
      event('node', 'update', {}, 'swarm'),
    ].join(''),
  );
  await expect.poll(() => hints).toHaveLength(8);
  expect(hints.map(({ about, workload }) => [about, workload])).toEqual([
    ['containers', 'router/a'],
    ['containers', undefined],
    ['containers', undefined],
    ['networks', undefined],
    ['images', undefined],
    ['swarm', undefined],
    ['swarm', undefined],
    ['swarm', undefined],
  ]);
});

it.each([
  ['ends', (stream: ServerResponse) => void stream.end()],
  ['is cut', (stream: ServerResponse) => void stream.destroy()],
  ['says what is no event', (stream: ServerResponse) => void stream.write('{"status":3}\n')],
])('after a stream that %s, everything is to be listed anew', async (_, fault) => {
  const { hints, streams } = await listen();
  const [first] = streams;
  if (first !== undefined) fault(first);
  await expect.poll(() => hints, { timeout: 5000 }).toHaveLength(2);
  expect(hints[1]).toEqual({ node: 'node1', about: 'all' });
  streams[1]?.write(event('network', 'destroy'));
  await expect.poll(() => hints.at(-1)?.about).toBe('networks');
});

it('takes long silence for a dead stream', async () => {
  const { hints, streams } = await listen(150);
  await expect.poll(() => streams.length).toBeGreaterThan(2);
  expect(new Set(hints.map(({ about }) => about))).toEqual(new Set(['all']));
});

it('comes again, ever more rarely, while the engine says no', async () => {
  const times: number[] = [];
  const engine = await fakeEngine((_, response) => {
    times.push(performance.now());
    answer(response, 500, { message: 'no' });
  });
  const events = new EventStream(engine, PREFIX, { clock, logger: quiet }, () => undefined);
  onTestFinished(() => events.stop());
  await expect.poll(() => times.length, { timeout: 8000 }).toBe(4);
  const [a = 0, b = 0, c = 0, d = 0] = times;
  expect(b - a).toBeGreaterThan(450);
  expect(c - b).toBeGreaterThan(950);
  expect(d - c).toBeGreaterThan(1950);
});

it('says nothing more once stopped', async () => {
  const { hints, streams, stop } = await listen();
  await stop();
  streams[0]?.write(event('network', 'destroy'));
  expect(hints).toHaveLength(1);
});
