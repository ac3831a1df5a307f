/** Remembers that something happened until it is reset, and lets one party wait for it. */
export class Latch {
  #set = false;
  #wake: () => void = () => undefined;

  set(): void {
    this.#set = true;
    this.#wake();
  }

  reset(): void {
    this.#set = false;
  }

  /** Resolves at once if it is set. @throws the signal's reason. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#set) return;
    const over = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: over.signal });
      });
    } finally {
      over.abort();
    }
  }
}
