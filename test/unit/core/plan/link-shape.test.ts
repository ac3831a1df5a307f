import { describe, expect, it } from 'vitest';
import type { RouterSetup } from '../../../../src/core/plan/desired.ts';
import { shapesOf, shapeText } from '../../../../src/core/plan/link-shape.ts';
import { synRetriesOf } from '../../../../src/core/plan/pace.ts';
import type { Path } from '../../../../src/api/path.ts';
import { Bench, path, router } from './bench.ts';

const three = (): Bench => new Bench().put(router('r1'), router('r2'), router('r3'));

const shapes = (links: object, hops: readonly object[] = []): readonly string[] =>
  shapesOf(path('p', ['r1', 'r2', 'r3'], { links, hops }) as Path).map(
    ({ key, field, shape }) => `${key} (${field}): ${shapeText(shape)}`,
  );

const setupOf = (bench: Bench, name: string): RouterSetup | undefined => {
  const setup = bench.settle().desired.workloads.find(({ key }) => key === `router/${name}`)?.setup;
  return setup?.type === 'router' ? setup : undefined;
};

describe('properties of links', () => {
  it('hold for every link and both directions, but for what a hop overrides', () => {
    const hop = { between: ['r3', 'r2'], delay: '80ms', reverse: { loss: '1%', delay: '1s' } };
    expect(shapes({ rate: '2mbit', delay: '20ms', mtu: 1400 }, [hop])).toEqual([
      'link/r1--r2 (spec.links): rate 2mbit, delay 20ms; mtu 1400',
      'link/r2--r3 (spec.hops[0]): r2 → r3: rate 2mbit, delay 1s, loss 1%; r3 → r2: rate 2mbit, delay 80ms; mtu 1400',
    ]);
  });

  it('are none where a Path names none', () => {
    expect(shapes({})).toEqual([]);
    expect(shapes({}, [{ between: ['r1', 'r2'], subnet: '10.7.0.0/24' }])).toEqual([]);
  });

  it('reach the interfaces at both ends', () => {
    const bench = three().put(
      path('p', ['r1', 'r2'], {
        hops: [{ between: ['r1', 'r2'], rate: '2mbit', reverse: { rate: '1mbit' } }],
      }),
    );
    expect(setupOf(bench, 'r1')?.shaping).toMatchObject([
      { network: 'link/r1--r2', egress: { rate: 2e6 }, control: 'exempt', mtu: undefined },
    ]);
    expect(setupOf(bench, 'r2')?.shaping).toMatchObject([{ egress: { rate: 1e6 } }]);
    expect(setupOf(bench, 'r3')?.shaping).toEqual([]);
  });
});

describe('Paths that share a link', () => {
  const slow = { links: { delay: '20ms' } };

  it('agree when they name the same, in whatever units, or nothing', () => {
    const bench = three().put(
      path('a', ['r1', 'r2'], slow),
      path('b', ['r2', 'r1', 'r3'], {
        links: {},
        hops: [{ between: ['r1', 'r2'], delay: '0.02s', loss: '0%' }],
      }),
      path('c', ['r3', 'r1', 'r2']),
    );
    expect(bench.settle().problems).toEqual(new Map());
  });

  it('have the properties that the first one names; the others say so', () => {
    const bench = three().put(path('a', ['r1', 'r2'], slow));
    bench.settle();
    bench.put(path('b', ['r1', 'r2', 'r3'], { links: { rate: '1mbit' } }));
    const { problems, desired } = bench.settle();
    expect(
      [...problems].flatMap(([text, list]) => list.map(({ reason, field }) => [text, reason, field])),
    ).toEqual([['Path/b', 'Conflict', 'spec.links']]);
    expect(problems.get('Path/b')?.[0]?.message).toBe(
      'The link r1--r2 is shared with Path/a and has delay 20ms there. Name the same, or nothing, or change it in all of them.',
    );
    expect(desired.paths.map(({ name }) => name)).toEqual(['a']);
    bench.delete('Path/a');
    expect(bench.settle().problems).toEqual(new Map());
  });

  it('may change it together', () => {
    const bench = three().put(path('a', ['r1', 'r2'], slow), path('b', ['r2', 'r1'], slow));
    expect(bench.settle().problems).toEqual(new Map());
    const slower = { links: { delay: '30ms' } };
    bench.put(path('a', ['r1', 'r2'], slower));
    expect([...bench.settle().problems.keys()]).toEqual(['Path/a']);
    bench.put(path('b', ['r2', 'r1'], slower));
    const { problems, desired } = bench.settle();
    expect(problems).toEqual(new Map());
    expect(desired.paths[0]?.links[0]?.shape?.egress['r1']?.delayUs).toBe(30_000);
  });
});

describe('timers of BGP', () => {
  const timersOf = (links: object): readonly string[] =>
    (setupOf(three().put(path('p', ['r1', 'r2'], { links })), 'r1')?.configuration.text ?? '')
      .split('\n')
      .filter((line) => /timers|bfd profile|interval \d/.test(line))
      .map((line) => line.trim().replace(/neighbor \S+ /, ''));

  const USUAL = [
    'timers bgp 3 9',
    'bfd profile hinge',
    'advertisement-interval 0',
    'timers connect 1',
    'transmit-interval 500',
    'receive-interval 500',
  ];

  it.each([{ delay: '3m' }, { control: 'shaped', delay: '20ms' }, { control: 'shaped', rate: '1mbit' }])(
    'are the usual ones with %o',
    (links) => {
      expect(timersOf(links)).toEqual(USUAL);
    },
  );

  it('follow from the delay when BGP is delayed too', () => {
    expect(timersOf({ control: 'shaped', delay: '400ms', jitter: '100ms' })).toEqual([
      'timers bgp 3 9',
      'bfd profile hinge-1000',
      'advertisement-interval 0',
      'timers 4 12',
      'timers connect 2',
      ...['transmit-interval 500', 'receive-interval 500'],
      ...['transmit-interval 1000', 'receive-interval 1000'],
    ]);
  });

  it('leave TCP the tries that it needs for a round trip', () => {
    const pace = { keepalive: 3, hold: 9, bfdMs: 500 };
    expect(synRetriesOf([undefined, { ...pace, connect: 60 }])).toBeUndefined();
    expect(synRetriesOf([{ ...pace, connect: 120 }, undefined])).toBe(7);
    expect(synRetriesOf([{ ...pace, connect: 720 }])).toBe(12);
  });

  it('follow from minutes', () => {
    expect(timersOf({ control: 'shaped', delay: '3m' })).toEqual([
      'timers bgp 3 9',
      'bfd profile hinge-60000',
      'advertisement-interval 0',
      'timers 363 1089',
      'timers connect 720',
      ...['transmit-interval 500', 'receive-interval 500'],
      ...['transmit-interval 60000', 'receive-interval 60000'],
    ]);
  });
});
