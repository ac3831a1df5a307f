import { jsonFields } from '../json.ts';

/** What the store says of itself, at `cluster`. Every change of accepted objects writes the key again. */
export interface StoreIdentity {
  readonly uid: string;
  /** Mod revision of the key: how far the store has come. */
  readonly revision: bigint;
  readonly adopted: Adopted;
}

/** What users have confirmed to be no reason to stop. */
export interface Adopted {
  /** UIDs of earlier stores: what was made from them is this store's now. */
  readonly uids: readonly string[];
  /** The Swarm may remember a revision up to this one. */
  readonly revision: bigint;
}

/** What the Swarm keeps of the store that it was last told of. */
export interface StoreMemory {
  readonly uid: string;
  readonly revision: bigint;
}

export const NOTHING_ADOPTED: Adopted = { uids: [], revision: 0n };

/** The value of the cluster key. */
export const encodeIdentity = (uid: string, createdAt: string, adopted: Adopted): string =>
  JSON.stringify({
    uid,
    createdAt,
    ...(adopted.uids.length > 0 && { adoptedUids: adopted.uids }),
    ...(adopted.revision > 0n && { adoptedRevision: Number(adopted.revision) }),
  });

/** @returns undefined when the value is none. */
export function decodeIdentity(
  value: string,
): { readonly uid: string; readonly createdAt: string; readonly adopted: Adopted } | undefined {
  const { uid, createdAt, adoptedUids, adoptedRevision } = jsonFields(value) ?? {};
  if (typeof uid !== 'string' || uid === '') return undefined;
  const uids = Array.isArray(adoptedUids) ? adoptedUids.filter((one) => typeof one === 'string') : [];
  const revision = Number.isSafeInteger(adoptedRevision) ? BigInt(Number(adoptedRevision)) : 0n;
  return { uid, createdAt: typeof createdAt === 'string' ? createdAt : '', adopted: { uids, revision } };
}
