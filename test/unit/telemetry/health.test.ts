import { describe, expect, it } from 'vitest';
import { Health } from '../../../src/telemetry/health.ts';
import { ManualClock } from '../runtime/manual-clock.ts';

const bench = () => {
  const clock = new ManualClock();
  return { clock, health: new Health(clock) };
};

describe('Health', () => {
  it('is well without checks, and not before each check has said so', () => {
    const { health } = bench();
    expect(health.report()).toEqual({ ok: true, checks: [] });
    const etcd = health.register('etcd');
    expect(health.report()).toEqual({
      ok: false,
      checks: [{ name: 'etcd', ok: false, message: 'not checked yet' }],
    });
    etcd.succeed();
    expect(health.report().ok).toBe(true);
  });

  it('keeps the time of the last success through failures', async () => {
    const { clock, health } = bench();
    const etcd = health.register('etcd');
    health.register('engines').succeed('3 of 3 nodes');
    etcd.succeed();
    await clock.advance(5_000);
    etcd.fail('https://etcd-1:2379 does not answer');
    const lastSuccess = '2025-01-01T00:00:00.000Z';
    expect(health.report()).toEqual({
      ok: false,
      checks: [
        { name: 'etcd', ok: false, message: 'https://etcd-1:2379 does not answer', lastSuccess },
        { name: 'engines', ok: true, message: '3 of 3 nodes', lastSuccess },
      ],
    });
  });

  it('does not trust a success that is too old', async () => {
    const { clock, health } = bench();
    const etcd = health.register('etcd', { staleAfterMs: 30_000 });
    etcd.succeed();
    await clock.advance(30_000);
    expect(health.report().ok).toBe(true);
    await clock.advance(1_000);
    expect(health.report().checks).toMatchObject([{ ok: false, message: 'no sign of life for 31 s' }]);
    etcd.succeed();
    expect(health.report().ok).toBe(true);
  });

  it('refuses the same name twice', () => {
    const { health } = bench();
    health.register('etcd');
    expect(() => health.register('etcd')).toThrow('health check etcd is registered twice');
  });
});
