import { bytesOf, MAX_COMMIT_BYTES, MAX_OPERATIONS } from '../core/transaction.ts';
import { type Fence, type ObjectStore, type Write } from '../ports/object-store.ts';

interface Pending {
  readonly writes: readonly Write[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes of many reconciles, gathered: while one commit is under way the next one fills up. Each commit holds only while this operator leads.
 */
export class FencedWriter {
  readonly #store: ObjectStore;
  readonly #fence: Fence;
  #queue: Pending[] = [];
  #running = false;

  constructor(store: ObjectStore, fence: Fence) {
    this.#store = store;
    this.#fence = fence;
  }

  /** Resolves when the writes are in etcd. @throws StoreError; what became of them is then unknown, so write again. */
  write(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#queue.push({ writes, resolve, reject });
      if (!this.#running) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#running = true;
    await Promise.resolve(); // callers of the same turn share the first commit
    while (this.#queue.length > 0) {
      const batch = this.#take();
      try {
        await this.#store.commit(
          batch.flatMap((pending) => pending.writes),
          { fence: this.#fence },
        );
        for (const pending of batch) pending.resolve();
      } catch (error) {
        for (const pending of batch) pending.reject(error);
      }
    }
    this.#running = false;
  }

  /** At least one entry; more while they fit and no key comes twice (etcd refuses that in one transaction). */
  #take(): readonly Pending[] {
    const keys = new Set<string>();
    const batch: Pending[] = [];
    let operations = 0;
    let bytes = 0;
    for (const pending of this.#queue) {
      operations += pending.writes.length;
      for (const write of pending.writes) bytes += write.type === 'put' ? bytesOf(write.value) : 0;
      const fits = operations <= MAX_OPERATIONS && bytes <= MAX_COMMIT_BYTES;
      if (batch.length > 0 && (!fits || pending.writes.some((write) => keys.has(write.key)))) break;
      for (const write of pending.writes) keys.add(write.key);
      batch.push(pending);
    }
    this.#queue = this.#queue.slice(batch.length);
    return batch;
  }
}
