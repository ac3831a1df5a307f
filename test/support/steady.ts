import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { eventually } from './eventually.ts';

/** What `read` gives once it has given the same for `forMs` ms: where something that happened a moment ago may still work on. */
export async function steady<T>(read: () => Promise<T>, forMs: number, message: string): Promise<T> {
  let last = await read();
  let since = performance.now();
  const unchanged = async (): Promise<void> => {
    const now = await read();
    if (!isDeepStrictEqual(now, last)) {
      last = now;
      since = performance.now();
    }
    expect(performance.now() - since).toBeGreaterThan(forMs);
  };
  await eventually(unchanged, { timeoutMs: 10 * forMs + 30_000, intervalMs: 500, message });
  return last;
}
