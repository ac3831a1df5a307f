import { vi } from 'vitest';

export interface EventuallyOptions {
  /** Upper bound, in ms. */
  readonly timeoutMs: number;
  /** What is waited for, in words; said first when it does not come true. */
  readonly message: string;
  /** Time between two looks, in ms. */
  readonly intervalMs?: number;
}

/**
 * Waits until the check passes (does not throw), and returns what it returned. On time-out it fails with what was waited
 * for and why the last look was not content. For a single value, `expect.poll` says the same in less.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs, message, intervalMs = 50 }: EventuallyOptions,
): Promise<T> {
  try {
    return await vi.waitFor(check, { timeout: timeoutMs, interval: intervalMs });
  } catch (error) {
    const last = error instanceof Error ? error.message : String(error);
    throw new Error(`not within ${timeoutMs} ms: ${message}\n${last}`, { cause: error });
  }
}
