import { jsonFields } from '../core/json.ts';
import type { Keys } from '../api/keys.ts';
import { type Kind, type ObjectRef, refText } from '../api/object.ts';
import type { Condition, StatusByKind } from '../api/status.ts';
import { sameStatus } from '../core/status/same-status.ts';
import type { StoredEntry } from '../ports/object-store.ts';
import type { FencedWriter } from './fenced-writer.ts';

interface Known {
  readonly ref: ObjectRef;
  readonly status: StatusByKind[Kind] | undefined;
  /** Another one may be in the store: a write of it failed, which does not say that it did not take place. */
  readonly unsure?: true;
}

/** What is below `/hinge/status/`, and the only way to change it: nothing is written when nothing changed. */
export class StatusBook {
  readonly #keys: Keys;
  readonly #writer: FencedWriter;
  readonly #known = new Map<string, Known>();

  constructor(keys: Keys, writer: FencedWriter, entries: readonly StoredEntry[]) {
    this.#keys = keys;
    this.#writer = writer;
    for (const entry of entries) {
      const ref = keys.refOf(entry.key);
      if (ref !== undefined) this.#known.set(refText(ref), { ref, status: parsed(entry.value) });
    }
  }

  refs(): readonly ObjectRef[] {
    return [...this.#known.values()].map(({ ref }) => ref);
  }

  get<K extends Kind>(ref: ObjectRef & { readonly kind: K }): StatusByKind[K] | undefined {
    return this.#known.get(refText(ref))?.status;
  }

  conditions(ref: ObjectRef): readonly Condition[] {
    return this.#known.get(refText(ref))?.status?.conditions ?? [];
  }

  /** @returns whether something was written. */
  async put<K extends Kind>(
    ref: ObjectRef & { readonly kind: K },
    status: StatusByKind[K],
  ): Promise<boolean> {
    const known = this.#known.get(refText(ref));
    if (known?.unsure === undefined && sameStatus(this.get(ref), status)) return false;
    this.#known.set(refText(ref), { ref, status: known?.status, unsure: true });
    await this.#writer.write([{ type: 'put', key: this.#keys.statusOf(ref), value: JSON.stringify(status) }]);
    this.#known.set(refText(ref), { ref, status });
    return true;
  }

  async remove(ref: ObjectRef): Promise<void> {
    if (!this.#known.has(refText(ref))) return;
    await this.#writer.write([{ type: 'delete', key: this.#keys.statusOf(ref) }]);
    this.#known.delete(refText(ref));
  }
}

/** Status is written by operators only; what cannot be read is simply written anew. */
function parsed(value: string): StatusByKind[Kind] | undefined {
  const status = jsonFields(value);
  return status !== undefined && 'conditions' in status
    ? (status as unknown as StatusByKind[Kind])
    : undefined;
}
