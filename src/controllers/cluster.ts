import type { Keys } from '../api/keys.ts';
import {
  type Adopted,
  decodeIdentity,
  encodeIdentity,
  NOTHING_ADOPTED,
} from '../core/guard/store-identity.ts';
import type { Testbed as TestbedIdentity } from '../core/plan/intake.ts';
import type { Clock } from '../ports/clock.ts';
import type { Fence, Guard, ObjectStore, StoredEntry, Write } from '../ports/object-store.ts';

export interface ClusterDeps {
  readonly store: ObjectStore;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly uuid: () => string;
}

/**
 * The testbed's identity in the store: names and labels of everything derive from it. Every change of accepted objects
 * writes the key again, with the same value, so that its mod revision tells how far the store has come.
 */
export class ClusterKey {
  readonly identity: TestbedIdentity;
  readonly adopted: Adopted;
  readonly createdAt: string;
  readonly #key: string;
  readonly #value: string;
  #modRevision: bigint;

  /** @throws when the value is no identity. */
  constructor(prefix: string, entry: Omit<StoredEntry, 'leased'>) {
    const decoded = decodeIdentity(entry.value);
    if (decoded === undefined) {
      throw new Error(
        `${entry.key} holds ${entry.value.slice(0, 100)}; expected {"uid": "…"}. Restore it; hinge changes nothing before.`,
      );
    }
    this.identity = { prefix, uid: decoded.uid, createRevision: entry.createRevision };
    this.adopted = decoded.adopted;
    this.createdAt = decoded.createdAt;
    this.#key = entry.key;
    this.#value = entry.value;
    this.#modRevision = entry.modRevision;
  }

  /** Mod revision of the key. */
  get revision(): bigint {
    return this.#modRevision;
  }

  /** To be a part of every change of accepted objects: it fails if the store is not the one that it was. */
  touch(): { readonly write: Write; readonly guard: Guard } {
    return {
      write: { type: 'put', key: this.#key, value: this.#value },
      guard: { type: 'unchanged', key: this.#key, modRevision: this.#modRevision },
    };
  }

  touched(revision: bigint): void {
    this.#modRevision = revision;
  }

  /** Whether the key is still this one, and no older: only this operator's own writes make it newer. */
  agrees(entry: StoredEntry | undefined): boolean {
    if (entry?.value !== this.#value || entry.createRevision !== this.identity.createRevision) return false;
    if (entry.modRevision < this.#modRevision) return false;
    this.#modRevision = entry.modRevision;
    return true;
  }
}

/** Makes the identity, or writes it anew with what is adopted; `also` happens with it or not at all. */
export async function writeCluster(
  { store, keys, clock, uuid }: ClusterDeps,
  fence: Fence,
  before: StoredEntry | undefined,
  change: {
    readonly adopted: Adopted;
    readonly also: readonly Write[];
    readonly guards: readonly Guard[];
  } = {
    adopted: NOTHING_ADOPTED,
    also: [],
    guards: [],
  },
): Promise<ClusterKey> {
  const known = before === undefined ? undefined : new ClusterKey(keys.prefix, before);
  const uid = known?.identity.uid ?? uuid();
  const value = encodeIdentity(uid, known?.createdAt ?? clock.now(), change.adopted);
  const guard: Guard =
    before === undefined
      ? { type: 'absent', key: keys.cluster }
      : { type: 'unchanged', key: keys.cluster, modRevision: before.modRevision };
  const { revision } = await store.commit([{ type: 'put', key: keys.cluster, value }, ...change.also], {
    fence,
    guards: [guard, ...change.guards],
  });
  return new ClusterKey(keys.prefix, {
    key: keys.cluster,
    value,
    createRevision: before?.createRevision ?? revision,
    modRevision: revision,
  });
}
