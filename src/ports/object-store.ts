/** One key of the store with what etcd knows of it. */
export interface StoredEntry {
  readonly key: string;
  readonly value: string;
  /** Revision of the write that created this key: tells a recreated object from an edited one. */
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  /** The key goes when its lease ends. */
  readonly leased: boolean;
}

export interface Listing {
  /** Revision at which the listing is consistent. */
  readonly revision: bigint;
  /** Sorted by key. */
  readonly entries: readonly StoredEntry[];
}

export type Write =
  | { readonly type: 'put'; readonly key: string; readonly value: string; readonly lease?: string }
  | { readonly type: 'delete'; readonly key: string };

/** Further conditions of a commit, besides leadership. */
export type Guard =
  | { readonly type: 'absent'; readonly key: string }
  | { readonly type: 'unchanged'; readonly key: string; readonly modRevision: bigint };

/** Proof of leadership: the leader key and the create revision that this operator's key has. */
export interface Fence {
  readonly key: string;
  readonly createRevision: bigint;
}

/** What a watcher says: something below the prefix may have changed since the last list. Level-triggered, carries nothing. */
export type ChangeHint = () => void;

/**
 * etcd as hinge uses it. Every call has a bound; failures are thrown as StoreError, never read as "absent".
 */
export interface ObjectStore {
  /** All keys below `prefix` at one revision, read in pages; linearizable. */
  list(prefix: string): Promise<Listing>;
  get(key: string): Promise<StoredEntry | undefined>;

  /**
   * Calls `hint` after every change below `prefix`, and also on any doubt (reconnect, compaction, error, silence), so that
   * list-on-hint never misses a state. Also calls it at least every `relistMs`. Returns its release.
   */
  watch(prefix: string, hint: ChangeHint, relistMs: number): () => Promise<void>;

  /**
   * Applies all writes in one transaction, if the fence and the guards hold. Splits nothing: at most MAX_OPERATIONS writes and guards.
   * @throws StoreError 'fenced' when the fence no longer holds, 'conflict' when a guard does not, 'too-large', 'no-space', 'unavailable', 'denied'.
   */
  commit(
    writes: readonly Write[],
    options: { readonly fence?: Fence; readonly guards?: readonly Guard[] },
  ): Promise<{ revision: bigint }>;

  /** What etcd raises alarm about, such as `NOSPACE`: it then takes nothing but deletions. */
  alarms(): Promise<readonly string[]>;

  /** A lease for events; the id is opaque. */
  grantLease(ttlSeconds: number): Promise<string>;
  close(): Promise<void>;
}

/** Leadership among operators that share a prefix. */
export interface Election {
  /** Waits until this operator leads; the term's signal aborts the moment leadership is no longer certain (⅔ TTL without renewal, key gone). */
  campaign(signal: AbortSignal): Promise<Term>;
}
export interface Term {
  readonly fence: Fence;
  /** Aborts when leadership ends for whatever reason. */
  readonly signal: AbortSignal;
  /** Deletes the leader key so that a stand-by takes over at once. */
  resign(): Promise<void>;
}
