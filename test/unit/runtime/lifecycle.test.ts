import { describe, expect, it } from 'vitest';
import { Lifecycle } from '../../../src/runtime/lifecycle.ts';
import { memoryLogger } from './log-lines.ts';
import { ManualClock, settle } from './manual-clock.ts';

const bench = () => {
  const clock = new ManualClock();
  const { logger, lines } = memoryLogger();
  return { clock, lines, lifecycle: new Lifecycle({ clock, logger }), released: [] as string[] };
};

const never = (): Promise<never> => new Promise(() => undefined);

describe('Lifecycle', () => {
  it('releases what was opened last first, one after the other', async () => {
    const { clock, lifecycle, released } = bench();
    lifecycle.register('etcd', () => released.push('etcd'));
    lifecycle.register('server', async () => {
      await clock.delay(1_000);
      released.push('server');
    });
    lifecycle.register('leader', () => released.push('leader'));
    const stop = lifecycle.stop('SIGTERM');
    await settle();
    expect(released).toEqual(['leader']);
    await clock.advance(1_000);
    expect(await stop).toBe(true);
    expect(released).toEqual(['leader', 'server', 'etcd']);
    expect(clock.pending).toBe(0);
  });

  it('goes on without one that hangs, and says which', async () => {
    const { clock, lifecycle, lines, released } = bench();
    lifecycle.register('etcd', () => released.push('etcd'));
    lifecycle.register('engines', never, 3_000);
    const stop = lifecycle.stop('SIGTERM');
    await clock.advance(3_000);
    expect(await stop).toBe(false);
    expect(released).toEqual(['etcd']);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'Release hangs; going on without it',
        release: 'engines',
      }),
    );
  });

  it('goes on after one that fails, at once or later, and says why', async () => {
    const { lifecycle, lines, released } = bench();
    lifecycle.register('etcd', () => released.push('etcd'));
    lifecycle.register('leader', () => Promise.reject(new Error('lease is gone')));
    lifecycle.register('server', () => {
      throw new Error('not open');
    });
    expect(await lifecycle.stop('SIGTERM')).toBe(false);
    expect(released).toEqual(['etcd']);
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'Release failed', release: 'server', err: { message: 'not open' } },
      { message: 'Release failed', release: 'leader', err: { message: 'lease is gone' } },
    ]);
  });

  it('stops once, whoever asks, and tells its signal first', async () => {
    const { lifecycle, lines, released } = bench();
    lifecycle.register('etcd', () => released.push(`etcd, aborted: ${String(lifecycle.signal.aborted)}`));
    await Promise.all([lifecycle.stop('SIGTERM'), lifecycle.stop('leadership lost')]);
    expect(released).toEqual(['etcd, aborted: true']);
    expect(lines.filter(({ message }) => message === 'Stopping')).toMatchObject([{ why: 'SIGTERM' }]);
    expect(lifecycle.signal.reason).toMatchObject({ message: 'stopping: SIGTERM' });
  });

  it('also releases what is opened during the stop and after it', async () => {
    const { lifecycle, released } = bench();
    lifecycle.register('etcd', () => {
      released.push('etcd');
      lifecycle.register('late', () => released.push('late'));
    });
    await lifecycle.stop('SIGTERM');
    await settle();
    lifecycle.register('later', () => released.push('later'));
    await settle();
    expect(released).toEqual(['etcd', 'late', 'later']);
  });
});
