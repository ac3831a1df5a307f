import { describe, expect, it } from 'vitest';
import type { Path } from '../../../../src/api/path.ts';
import { shapesOf } from '../../../../src/core/plan/link-shape.ts';
import { treeLines, treeOf } from '../../../../src/core/render/tc.ts';
import { path } from '../plan/bench.ts';

/** Written by `vitest -u`. What the kernel at hand has of them is read back in test/e2e/impaired.test.ts. */
const golden = (name: string): string => `../../../golden/tc/${name}.tc`;

const linesOf = (links: object, netem = true): string => {
  const [named] = shapesOf(path('p', ['r1', 'r2'], { links }) as Path);
  const egress = named?.shape.egress['r1'];
  if (named === undefined || egress === undefined) throw new Error('no properties');
  const tree = treeOf(egress, named.shape.control, netem);
  return tree === undefined ? '' : treeLines('eth2', tree).join('\n') + '\n';
};

const EVERYTHING = {
  ...{ rate: '100mbit', delay: '20ms', jitter: '1ms', loss: '0.1%' },
  ...{ duplicate: '0.5%', reorder: '25%', corrupt: '0.01%' },
};

describe('tc', () => {
  it.each([
    ['rate-only', { rate: '2mbit' }],
    ['delay-only', { delay: '20ms' }],
    ['everything', EVERYTHING],
    ['everything-shaped', { ...EVERYTHING, control: 'shaped' }],
    ['exempt', { loss: '100%', control: 'exempt' }],
    ['minutes', { rate: '10mbit', delay: '3m', control: 'shaped' }],
    ['minutes-without-rate', { delay: '3m' }],
  ])('writes %s.tc', async (name, links) => {
    await expect(linesOf(links)).toMatchFileSnapshot(golden(name));
  });

  it('is left with the rate where the kernel has no netem', () => {
    expect(linesOf(EVERYTHING, false)).toBe(linesOf({ rate: '100mbit' }));
    expect(linesOf({ delay: '20ms' }, false)).toBe('');
  });

  it.each([{ mtu: 1400 }, { delay: '0ms', loss: '0%' }])('is nothing for %o', (links) => {
    expect(linesOf(links)).toBe('');
  });
});
