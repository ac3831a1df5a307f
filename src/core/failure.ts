/** Failures that decide what happens next. Their kind is for programs; their message is for people and says what, where and what follows. */

export type DockerFailure =
  'unreachable' | 'timeout' | 'not-found' | 'conflict' | 'out-of-sequence' | 'rejected';

/** A Docker call failed. `not-found` is the engine's own 404, never a guess. */
export class DockerError extends Error {
  readonly kind: DockerFailure;
  /** The message without what an operator does next. */
  readonly what: string;
  constructor(kind: DockerFailure, message: string, options?: { cause?: unknown; what?: string }) {
    super(message, options);
    this.name = 'DockerError';
    this.kind = kind;
    this.what = options?.what ?? message;
  }
}

export type StoreFailure =
  'fenced' | 'conflict' | 'too-large' | 'no-space' | 'unavailable' | 'denied' | 'timeout' | 'invalid';

/** An etcd call failed. After `unavailable` and `timeout` a write may have happened all the same. */
export class StoreError extends Error {
  readonly kind: StoreFailure;
  constructor(kind: StoreFailure, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StoreError';
    this.kind = kind;
  }
}

/** Why a router did not take its configuration: it refuses it, takes none now, or lacks what configures it. */
type RefusalReason = 'Refused' | 'Locked' | 'ScriptFailed';

/** A router did not take its configuration, in words that the message quotes. */
export class RouterRefusal extends Error {
  readonly reason: RefusalReason;
  constructor(message: string, reason: RefusalReason = 'Refused') {
    super(message);
    this.name = 'RouterRefusal';
    this.reason = reason;
  }
}
