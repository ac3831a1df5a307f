import { describe, expect, it } from 'vitest';
import { Lanes } from '../../../src/adapters/docker/lanes.ts';

/** A task that ends when it is told to. */
function gate(): {
  readonly task: () => Promise<string>;
  readonly end: (how: 'done' | 'failed') => void;
  started: boolean;
} {
  let end: (how: 'done' | 'failed') => void = () => undefined;
  const ended = new Promise<string>((resolve, reject) => {
    end = (how) => (how === 'done' ? resolve(how) : reject(new Error(how)));
  });
  const self = {
    started: false,
    task: (): Promise<string> => {
      self.started = true;
      return ended;
    },
    end,
  };
  return self;
}

describe('Lanes', () => {
  it('runs one key in turn, even after a failure, and others side by side', async () => {
    const lanes = new Lanes();
    const [first, second, other] = [gate(), gate(), gate()];
    const results = [lanes.run('a', first.task), lanes.run('a', second.task), lanes.run('b', other.task)];
    const settled = Promise.allSettled(results);
    await Promise.resolve();
    expect([first.started, second.started, other.started]).toEqual([true, false, true]);
    first.end('failed');
    await expect(results[0]).rejects.toThrow('failed');
    await expect.poll(() => second.started).toBe(true);
    second.end('done');
    other.end('done');
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });
});
