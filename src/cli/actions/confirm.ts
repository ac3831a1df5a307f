import { RECONCILE_ANNOTATION } from '../../api/meta.ts';
import { KINDS, type Kind, type ObjectRef, refText, type TestbedObject } from '../../api/object.ts';
import { MAX_OPERATIONS } from '../../core/transaction.ts';
import { recallAccepted } from '../../controllers/recall.ts';
import { confirmationOf } from '../confirmation.ts';
import { CliError } from '../exit.ts';
import { type Frozen, loadFrozen } from '../frozen.ts';
import { refName, refsOf } from '../kinds.ts';
import type { Session } from '../session.ts';
import { naturally } from '../view.ts';
import type { OpenStore } from '../wire-store.ts';

export interface ConfirmOptions {
  readonly yes?: boolean;
}

interface Held {
  readonly ref: ObjectRef;
  /** Create revision that its key had. */
  readonly created: bigint;
}

/**
 * Objects whose keys are gone and which stay until that is confirmed, by kind and then by name; also those of which the
 * operator has not taken notice yet.
 */
async function loadHeld({ store, keys }: OpenStore): Promise<readonly Held[]> {
  const accepted = await store.list(keys.accepted);
  // Afterwards: what was written in between is not taken for deleted.
  const desired = new Set((await store.list(keys.desired)).entries.map(({ key }) => key));
  const held = [...recallAccepted(keys, accepted.entries).values()]
    .filter(({ deletion }) => deletion === undefined || deletion === 'held')
    .filter(({ ref, object }) => !desired.has(keys.desiredOf(ref)) && !isFrozen(object))
    .map(({ ref, created }): Held => ({ ref, created: created ?? 0n }));
  const kinds = Object.keys(KINDS) as Kind[];
  return held.sort(
    (one, other) =>
      kinds.indexOf(one.ref.kind) - kinds.indexOf(other.ref.kind) || naturally(one.ref.name, other.ref.name),
  );
}

const isFrozen = (object: TestbedObject): boolean =>
  object.metadata.annotations?.[RECONCILE_ANNOTATION] === 'disabled';

/** @throws CliError when nobody is there to ask, or the answer is no. */
async function assertWanted(session: Session, question: string, again: string): Promise<void> {
  if (session.ask === undefined)
    throw new CliError(`nothing was confirmed, since nobody can be asked here: ${again}`);
  const answer = await session.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('nothing was confirmed');
}

/** To go on with the store as it is. The operator says what that means; the confirmation is about that only. */
async function confirmStore(
  session: Session,
  { store, keys }: OpenStore,
  frozen: Frozen,
  { yes }: ConfirmOptions,
): Promise<void> {
  session.output.note(`The operator is frozen since ${frozen.since} (${frozen.reason}):`);
  session.output.note(frozen.message);
  if (yes !== true) await assertWanted(session, 'Take the store as it is now?', 'add --yes');
  await store.commit([{ type: 'put', key: keys.adoption, value: JSON.stringify({ id: frozen.id }) }], {});
  session.output.print('confirmed: the operator takes the store as it is now');
}

async function confirmDeletions(
  session: Session,
  open: OpenStore,
  words: readonly string[],
  { yes }: ConfirmOptions,
): Promise<void> {
  const all = await loadHeld(open);
  const named = words.length === 0 ? undefined : new Set(refsOf(words).map(refText));
  const held = all.filter(({ ref }) => named?.has(refText(ref)) ?? true);
  const strange = [...(named ?? [])].filter((text) => !held.some(({ ref }) => refText(ref) === text));
  if (strange.length > 0) {
    throw new CliError(
      `the removal of ${strange.join(', ')} is not held; nothing was confirmed. "hinge confirm" shows what is`,
    );
  }
  if (held.length === 0) {
    session.output.note('nothing waits for a confirmation');
    return;
  }
  if (yes !== true && named === undefined) {
    session.output.note('Deleted in etcd without a confirmation, and still running:');
    for (const { ref } of held) session.output.note(`  ${refName(ref)}`);
    const objects = held.length === 1 ? 'this object' : `these ${String(held.length)} objects`;
    await assertWanted(
      session,
      `Remove ${objects} and what runs for them?`,
      'add --yes, or name the objects',
    );
  }
  for (let at = 0; at < held.length; at += MAX_OPERATIONS) {
    const batch = held.slice(at, at + MAX_OPERATIONS);
    await open.store.commit(
      batch.map((item) => confirmationOf(open.keys, item)),
      {},
    );
    for (const { ref } of batch) session.output.print(`${refName(ref)} confirmed`);
  }
}

/** Releases what the operator holds back: the store as it is, if it does not trust that, else deletions. */
export async function confirm(
  session: Session,
  words: readonly string[],
  options: ConfirmOptions,
): Promise<void> {
  await session.withStore(async (open) => {
    const frozen = await loadFrozen(open);
    if (frozen === undefined) await confirmDeletions(session, open, words, options);
    else if (words.length === 0) await confirmStore(session, open, frozen, options);
    else throw new CliError(`the operator is frozen: first "hinge confirm" without names. ${frozen.message}`);
  });
}
