import type { Clock } from '../../ports/clock.ts';

/** The bound of a call has passed: whether it took effect is not known. */
export class BoundPassed extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'BoundPassed';
  }
}

/**
 * What `work` settles to, BoundPassed after `ms`, or the signal's reason once it aborts. The work itself goes
 * on: whoever starts it also gives it a deadline.
 */
export async function bounded<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const settled = new AbortController();
  signal?.addEventListener('abort', () => settled.abort(signal.reason), { signal: settled.signal });
  const bound = clock.delay(ms, settled.signal).then(() => {
    throw new BoundPassed(ms);
  });
  try {
    return await Promise.race([work, bound]);
  } finally {
    settled.abort();
  }
}
