import { StoreError } from '../../../src/core/failure.ts';
import type {
  ChangeHint,
  Fence,
  Guard,
  Listing,
  ObjectStore,
  StoredEntry,
  Write,
} from '../../../src/ports/object-store.ts';

/** What etcd holds, with its revisions. Used by the model's operators in turn; real etcd has tests of its own (test/integration/etcd). */
export class MemoryStore implements ObjectStore {
  readonly #entries = new Map<string, StoredEntry>();
  readonly #watchers = new Set<{ readonly prefix: string; readonly hint: ChangeHint }>();
  #revision = 1n;

  /** As a user. */
  put(key: string, value: string): void {
    this.#apply([{ type: 'put', key, value }]);
  }

  /** As a user. */
  delete(key: string): void {
    this.#apply([{ type: 'delete', key }]);
  }

  /** Gives leadership to a new operator: what earlier ones write is refused from now on. */
  lead(key: string): Fence {
    this.delete(key);
    this.put(key, 'an operator');
    return { key, createRevision: this.#revision };
  }

  below(prefix: string): readonly StoredEntry[] {
    return [...this.#entries.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  list(prefix: string): Promise<Listing> {
    return Promise.resolve({ revision: this.#revision, entries: this.below(prefix) });
  }

  alarms(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  get(key: string): Promise<StoredEntry | undefined> {
    return Promise.resolve(this.#entries.get(key));
  }

  watch(prefix: string, hint: ChangeHint): () => Promise<void> {
    const watcher = { prefix, hint };
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      return Promise.resolve();
    };
  }

  async commit(
    writes: readonly Write[],
    { fence, guards = [] }: { readonly fence?: Fence; readonly guards?: readonly Guard[] },
  ): Promise<{ revision: bigint }> {
    await Promise.resolve();
    if (fence !== undefined && this.#entries.get(fence.key)?.createRevision !== fence.createRevision)
      throw new StoreError('fenced', 'another operator leads');
    const broken = guards.find((guard) => !this.#holds(guard));
    if (broken !== undefined) throw new StoreError('conflict', `${broken.key} is not ${broken.type}`);
    this.#apply(writes);
    return { revision: this.#revision };
  }

  grantLease(): Promise<string> {
    return Promise.resolve('1');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #holds(guard: Guard): boolean {
    const entry = this.#entries.get(guard.key);
    return guard.type === 'absent' ? entry === undefined : entry?.modRevision === guard.modRevision;
  }

  #apply(writes: readonly Write[]): void {
    this.#revision += 1n;
    for (const write of writes) {
      const { key } = write;
      if (write.type === 'delete') this.#entries.delete(key);
      else {
        const createRevision = this.#entries.get(key)?.createRevision ?? this.#revision;
        const { value } = write;
        this.#entries.set(key, { key, value, createRevision, modRevision: this.#revision, leased: false });
      }
    }
    for (const { prefix, hint } of [...this.#watchers])
      if (writes.some(({ key }) => key.startsWith(prefix))) hint();
  }
}
