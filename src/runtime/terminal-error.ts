/**
 * Trying again cannot help: something has to change first, and that change will add the key again. Thrown by a reconcile
 * instead of an ordinary error, whose fate is a retry with backoff.
 */
export class TerminalError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TerminalError';
  }
}
