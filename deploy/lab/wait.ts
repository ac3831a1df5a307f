import pRetry from 'p-retry';
import { LabError } from './errors.ts';

export interface WaitOptions {
  /** Milliseconds until it is given up. */
  readonly within: number;
  /** Milliseconds between two looks, at most. */
  readonly every?: number;
  readonly signal?: AbortSignal | undefined;
  /** Said when it is given up: what is known by then, such as the end of a log. */
  readonly explain?: () => string;
}

class NotYet extends Error {}

/**
 * Looks until there is something to see (the probe's first value that is not undefined), and returns it. The only way
 * that anything in the lab waits. A probe that throws counts as "not yet", and its last error is told at the end.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  options: WaitOptions,
): Promise<T> {
  const look = async (): Promise<T> => {
    let value: T | undefined;
    try {
      value = await probe();
    } catch (error) {
      throw error instanceof Error ? new NotYet(error.message) : error;
    }
    if (value === undefined) throw new NotYet('not yet');
    return value;
  };
  try {
    return await pRetry(look, {
      retries: Number.MAX_SAFE_INTEGER,
      minTimeout: 20,
      factor: 1.5,
      maxTimeout: options.every ?? 200,
      maxRetryTime: options.within,
      signal: options.signal,
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    const seconds = String(options.within / 1000);
    const last = error instanceof Error && error.message !== 'not yet' ? `: ${error.message}` : '';
    const known = options.explain?.();
    throw new LabError(`waited ${seconds} s for ${what}${last}${known ? `\n${known}` : ''}`, {
      cause: error,
    });
  }
}

/** Bounds a call that could hang, such as one to an engine that is stopped. It goes on unheard when time is up. */
export async function within<T>(milliseconds: number, what: string, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new LabError(`${what}: no answer within ${String(milliseconds / 1000)} s`));
    }, milliseconds);
  });
  try {
    return await Promise.race([call, bound]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for all to settle before it reports the first failure, so that nothing goes on behind the caller's back. */
export async function allSettled<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(tasks);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
