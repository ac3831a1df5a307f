import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks. */
const INTERVAL_MS = 250;

/** Looks again and again until `look` says true. @throws when it does not within `boundMs`, or the signal's reason. */
export async function waitUntil(
  what: string,
  boundMs: number,
  signal: AbortSignal | undefined,
  look: () => Promise<boolean>,
): Promise<void> {
  const until = performance.now() + boundMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await look()) return;
    if (performance.now() > until) throw new Error(`not within ${String(boundMs / 1000)} s: ${what}`);
    await delay(INTERVAL_MS, undefined, signal === undefined ? {} : { signal });
  }
}
