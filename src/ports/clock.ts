/** Time as the operator sees it. Wall time is for people only; every decision uses the monotonic one. */
export interface Clock {
  /** RFC 3339 with milliseconds. */
  now(): string;
  /** Milliseconds that never jump. */
  monotonicMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when aborted. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
}
