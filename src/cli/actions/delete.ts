import type { ObjectRef } from '../../api/object.ts';
import { MAX_OPERATIONS } from '../../core/transaction.ts';
import { StoreError } from '../../core/failure.ts';
import type { StoredEntry, Write } from '../../ports/object-store.ts';
import { confirmationOf } from '../confirmation.ts';
import { CliError, usageError } from '../exit.ts';
import { warnIfFrozen } from '../frozen.ts';
import { follow } from '../follow.ts';
import { readDocuments } from '../input.ts';
import { kindsOf, refName, refsOf } from '../kinds.ts';
import type { Session } from '../session.ts';
import { conditionsText } from '../sections.ts';
import { loadView, notFoundText } from '../view.ts';
import type { OpenStore } from '../wire-store.ts';

export interface DeleteOptions {
  readonly filename?: readonly string[];
  readonly all?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly wait?: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Objects in one transaction: a key and a confirmation each. */
const BATCH = Math.floor(MAX_OPERATIONS / 2);

/** Exactly one way of saying which objects are meant. */
async function refsToDelete(
  session: Session,
  open: OpenStore,
  words: readonly string[],
  options: DeleteOptions,
): Promise<readonly ObjectRef[]> {
  const ways = [
    words.length > 1 || words[0]?.includes('/') === true,
    options.filename !== undefined,
    options.all === true,
  ];
  if (ways.filter(Boolean).length !== 1)
    throw usageError('give either KIND NAME…, or -f FILE, or KIND --all');
  if (options.filename !== undefined) {
    if (words.length > 0) throw usageError('give either KIND NAME… or -f FILE, not both');
    const documents = await readDocuments(options.filename, session.readStdin);
    const nameless = documents.find(({ ref }) => ref === undefined);
    if (nameless === undefined) return documents.flatMap(({ ref }) => ref ?? []);
    const { name, line } = nameless.source;
    throw new CliError(
      `${name}:${String(line)}: expected an object with kind and metadata.name; nothing was deleted`,
    );
  }
  if (options.all !== true) return refsOf(words);
  const [word] = words;
  if (word === undefined) throw usageError('expected a kind before --all, or all for all kinds');
  const kinds = kindsOf(word);
  const { entries } = await open.store.list(open.keys.desired);
  return entries
    .flatMap((entry) => open.keys.refOf(entry.key) ?? [])
    .filter(({ kind }) => kinds.includes(kind));
}

/** Waits until the operator has forgotten all objects: it does so when nothing of theirs runs any more. */
async function waitUntilGone(
  session: Session,
  open: OpenStore,
  refs: readonly ObjectRef[],
  timeoutMs: number,
): Promise<void> {
  const { keys } = open;
  let left = [...refs];
  const done = await follow(
    open,
    [keys.status, keys.accepted],
    async () => {
      const views = await Promise.all(left.map((ref) => loadView(open, ref)));
      for (const [index, ref] of left.entries()) {
        if (views[index] === undefined) session.output.print(`${refName(ref)} is gone`);
      }
      left = left.filter((_ref, index) => views[index] !== undefined);
      return left.length === 0 ? true : undefined;
    },
    { timeoutMs, onTrouble: (error) => session.output.warning(error.message) },
  );
  if (done === true) return;
  for (const ref of left) {
    const view = await loadView(open, ref);
    if (view === undefined) continue;
    session.output.problem(`${refName(ref)} is still being taken down`);
    session.output.note(conditionsText(view, Date.parse(open.clock.now())));
  }
  throw new CliError(`not gone within ${String(timeoutMs / 1000)} s: ${left.map(refName).join(', ')}`);
}

/** Who deletes with this command has said so: each key goes together with the confirmation that it is to go. */
async function deleteConfirmed(
  session: Session,
  { store, keys }: OpenStore,
  entries: readonly StoredEntry[],
): Promise<void> {
  let confirming = true;
  for (let at = 0; at < entries.length; at += BATCH) {
    const batch = entries.slice(at, at + BATCH).flatMap((entry) => {
      const ref = keys.refOf(entry.key);
      return ref === undefined ? [] : [{ ref, created: entry.createRevision }];
    });
    const deletions = batch.map(({ ref }): Write => ({ type: 'delete', key: keys.desiredOf(ref) }));
    const confirmations = batch.map((item) => confirmationOf(keys, item));
    try {
      await store.commit([...deletions, ...(confirming ? confirmations : [])], {});
    } catch (error) {
      if (!confirming || !(error instanceof StoreError) || error.kind !== 'denied') throw error;
      confirming = false;
      await store.commit(deletions, {});
      session.output.warning(
        `no right to write below ${keys.confirmations}: many deletions at a time may be held until somebody confirms them`,
      );
    }
    for (const { ref } of batch) session.output.print(`${refName(ref)} deleted`);
  }
}

/** Deletes objects' keys; the operator then takes down what runs for them. */
export async function deleteObjects(
  session: Session,
  words: readonly string[],
  options: DeleteOptions,
): Promise<void> {
  await session.withStore(async (open) => {
    const { store, keys } = open;
    await warnIfFrozen(session, open);
    const refs = await refsToDelete(session, open, words, options);
    const entries = await Promise.all(refs.map((ref) => store.get(keys.desiredOf(ref))));
    const missing = refs.filter((_ref, index) => entries[index] === undefined);
    await deleteConfirmed(
      session,
      open,
      entries.flatMap((entry) => entry ?? []),
    );
    if (refs.length === 0) session.output.note('nothing to delete');
    if (options.wait === true) await waitUntilGone(session, open, refs, options.timeout);
    if (missing.length > 0 && options.ignoreNotFound !== true) {
      throw new CliError(missing.map((ref) => notFoundText(open, ref)).join('\n'));
    }
  });
}
