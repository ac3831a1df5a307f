import { describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/runtime/system-clock.ts';

const clock = new SystemClock();

describe('SystemClock', () => {
  it('waits at least as long as asked, by its own measure', async () => {
    const before = clock.monotonicMs();
    await Promise.all(Array.from({ length: 20 }, (_, ms) => clock.delay(ms + 0.5)));
    expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(19.5);
  });

  it('does not wait when there is nothing to wait for', async () => {
    await expect(clock.delay(-5)).resolves.toBeUndefined();
  });

  it('rejects with the reason of the signal, before and during the wait', async () => {
    const reason = new Error('enough');
    await expect(clock.delay(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    const abort = new AbortController();
    const waiting = clock.delay(60_000, abort.signal).catch((error: unknown) => error);
    abort.abort(reason);
    expect(await waiting).toBe(reason);
  });

  it('can wait longer than one timer of Node.js can', async () => {
    const abort = new AbortController();
    const waiting = Promise.race([
      clock.delay(2 ** 33, abort.signal),
      clock.delay(20).then(() => 'still waiting'),
    ]);
    expect(await waiting).toBe('still waiting');
    abort.abort();
  });

  it('tells the time of day in RFC 3339 with milliseconds', () => {
    expect(clock.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});
