import type { ICompare, IRequestOp, ITxnRequest, ITxnResponse } from 'etcd3';
import type { StoreError } from '../../core/failure.ts';
import { MAX_OPERATIONS } from '../../core/transaction.ts';
import type { Fence, Guard, Write } from '../../ports/object-store.ts';
import { storeError } from './errors.ts';

export interface Conditions {
  readonly fence?: Fence;
  readonly guards?: readonly Guard[];
}

/** What a commit is called in messages: its first key, and how many more there are. */
export function nameOf(writes: readonly Write[]): string {
  const [first] = writes;
  if (first === undefined) return 'commit';
  return `${first.type} ${first.key}${writes.length > 1 ? ` and ${writes.length - 1} more` : ''}`;
}

/** @throws StoreError 'too-large' or 'invalid' for what etcd would refuse without naming the key. */
export function check(writes: readonly Write[], { guards = [] }: Conditions): void {
  for (const [what, count] of Object.entries({ writes: writes.length, guards: guards.length })) {
    if (count <= MAX_OPERATIONS) continue;
    throw storeError(
      'too-large',
      nameOf(writes),
      `${count} ${what} in one transaction, at most ${MAX_OPERATIONS} fit`,
    );
  }
  const seen = new Set<string>();
  for (const { key } of writes) {
    if (seen.has(key))
      throw storeError('invalid', nameOf(writes), `${key} is written twice in one transaction`);
    seen.add(key);
  }
}

/**
 * The conditions, the writes, and for the case that a condition fails the questions which one it was: the
 * leader key and the guarded keys, in this order, without values.
 */
export function toRequest(writes: readonly Write[], { fence, guards = [] }: Conditions): ITxnRequest {
  const asked = [...(fence ? [fence.key] : []), ...guards.map(({ key }) => key)];
  return {
    compare: [...(fence ? [createdAt(fence.key, fence.createRevision)] : []), ...guards.map(toCompare)],
    success: writes.map(toOperation),
    failure: asked.map((key) => ({ request_range: { key: Buffer.from(key), keys_only: true } })),
  };
}

/** Why a commit was refused: leadership first, for without it the guards do not matter. */
export function refusal(
  writes: readonly Write[],
  { fence, guards = [] }: Conditions,
  reply: ITxnResponse,
): StoreError {
  const found = reply.responses.map(({ response_range }) => response_range.kvs[0]);
  const leader = fence && found.shift();
  if (fence && leader?.create_revision !== String(fence.createRevision)) {
    const now = leader === undefined ? 'is gone' : `was taken at revision ${leader.create_revision}`;
    return storeError(
      'fenced',
      nameOf(writes),
      `${fence.key} ${now}, this operator had it at ${fence.createRevision}`,
    );
  }
  const broken = guards.filter((guard, at) => !holds(guard, found[at]?.mod_revision));
  return storeError(
    'conflict',
    nameOf(writes),
    `${broken.map(({ key }) => key).join(', ')} changed meanwhile`,
  );
}

/** The key was created at that revision and not deleted since; 0 stands for a key that is not there. */
export function createdAt(key: string, revision: bigint): ICompare {
  return { key: Buffer.from(key), target: 'Create', result: 'Equal', create_revision: String(revision) };
}

function toCompare(guard: Guard): ICompare {
  if (guard.type === 'absent') return createdAt(guard.key, 0n);
  return {
    key: Buffer.from(guard.key),
    target: 'Mod',
    result: 'Equal',
    mod_revision: String(guard.modRevision),
  };
}

function holds(guard: Guard, modRevision: string | undefined): boolean {
  return guard.type === 'absent' ? modRevision === undefined : modRevision === String(guard.modRevision);
}

function toOperation(write: Write): IRequestOp {
  const key = Buffer.from(write.key);
  if (write.type === 'delete') return { request_delete_range: { key } };
  const value = Buffer.from(write.value);
  return { request_put: { key, value, ...(write.lease !== undefined && { lease: write.lease }) } };
}
