/** A reconcile took longer than it may. */
export class ReconcileTimeout extends Error {
  readonly timeoutMs: number;

  constructor(timeoutMs: number, options?: { cause?: unknown }) {
    super(
      `no result within ${timeoutMs / 1000} s: something that it waits for is too slow or hangs`,
      options,
    );
    this.name = 'ReconcileTimeout';
    this.timeoutMs = timeoutMs;
  }

  /** The same with what the reconcile threw when it was aborted, which may say what it waited for. */
  because(cause: Error): ReconcileTimeout {
    return cause === this ? this : new ReconcileTimeout(this.timeoutMs, { cause });
  }
}
