import { type ObjectRef, refText } from '../../api/object.ts';
import type { AcceptedRecord, DeletionMark } from '../plan/accepted.ts';
import type { Entry } from '../plan/entry.ts';
import { namersOf } from '../plan/standing.ts';
import type { Confirmation } from './confirmation.ts';

/** How many objects may go at a time without being confirmed, however few there are. */
const ALWAYS = 5;

export interface DeletionGuard {
  /** More than this share of the accepted objects need a confirmation; undefined: none ever does. */
  readonly share: number | undefined;
  readonly confirmations: readonly Confirmation[];
  /** By refText: objects that were let go without a confirmation a moment ago, whatever is left of them. */
  readonly recent: ReadonlySet<string>;
}

/** Why deletions are held, for messages. */
export interface Hold {
  readonly held: number;
  readonly accepted: number;
  /** So many may go at a time. */
  readonly limit: number;
}

export interface Deletions {
  /** Records to put: what is decided now about objects whose keys are gone. */
  readonly decided: readonly AcceptedRecord[];
  /** Confirmations to delete: used, or about objects that are not there. */
  readonly spent: readonly Confirmation[];
  /** Undefined: nothing is held. */
  readonly hold: Hold | undefined;
}

/**
 * Decides about objects whose keys are gone. Few at a time simply go. When many go at a time, something else may be wrong
 * than that users do not want them any more; so they are held until somebody confirms it, or they come back. What was
 * decided is in the records, so that it stays, however few are left.
 */
export function deletionsOf(entries: ReadonlyMap<string, Entry>, guard: DeletionGuard): Deletions {
  const { share, confirmations, recent } = guard;
  const spent = confirmations.filter((confirmation) => isSpent(confirmation, entries, share));
  if (share === undefined) return { decided: [], spent, hold: undefined };

  const valid = new Set(confirmations.filter((one) => !spent.includes(one)).map(({ ref }) => refText(ref)));
  const waiting = [...entries.values()].filter(({ waits }) => waits);
  const confirmed = waiting.filter(({ accepted, text }) => accepted?.leased === true || valid.has(text));
  const unconfirmed = waiting.filter((entry) => !confirmed.includes(entry));
  const undecided = unconfirmed.filter(({ accepted }) => accepted?.deletion === undefined);
  const records = [...entries.values()].filter(({ accepted }) => accepted !== undefined).length;
  const going = goingOf(entries, recent);
  const gone = [...going].filter((text) => !entries.has(text)).length;
  const limit = Math.max(ALWAYS, Math.floor(share * (records + gone)));
  const mark = unconfirmed.length + going.size > limit ? 'held' : 'passed';
  const held = mark === 'held' ? unconfirmed.length : unconfirmed.length - undecided.length;
  return {
    decided: [...marked(confirmed, 'confirmed'), ...marked(undecided, mark)],
    spent,
    hold: held === 0 ? undefined : { held, accepted: records, limit },
  };
}

/**
 * By refText: objects that were let go and are not gone yet, or were a moment ago. Routers that are kept for others do not go
 * for now, so they count for that moment only.
 */
function goingOf(entries: ReadonlyMap<string, Entry>, recent: ReadonlySet<string>): ReadonlySet<string> {
  const named = namersOf(entries, ({ accepted }) => accepted?.object);
  const passing = [...entries.values()].filter(
    ({ accepted, live, ref }) =>
      accepted?.deletion === 'passed' && !live && !(ref.kind === 'Router' && named.has(ref.name)),
  );
  const lately = [...recent].filter((text) => entries.get(text)?.live !== true);
  return new Set([...passing.map(({ text }) => text), ...lately]);
}

const marked = (entries: readonly Entry[], deletion: DeletionMark): readonly AcceptedRecord[] =>
  entries.flatMap(({ accepted }) => (accepted === undefined ? [] : [{ ...accepted, deletion }]));

/** Nothing is left for it to confirm: then it goes, before it could mean a later object of the name. */
function isSpent(
  { ref, created }: Confirmation,
  entries: ReadonlyMap<string, Entry>,
  share: number | undefined,
): boolean {
  const entry = entries.get(refText(ref));
  if (entry === undefined) return true;
  const { written, accepted, frozen, waits } = entry;
  // It may have been deleted and confirmed since it was read.
  if (written !== undefined) return written.createRevision > created;
  if ((accepted?.created ?? 0n) > created) return true;
  return frozen ? false : share === undefined || !waits;
}

/** What the `Valid` condition of a held object says. */
export const heldText = ({ held, accepted, limit }: Hold): string =>
  `its key was deleted, but it stays and runs on: ${String(held)} of ${String(accepted)} objects were deleted ` +
  `without being confirmed, and no more than ${String(limit)} at a time go like that. ` +
  '"hinge confirm" removes them; to keep an object, write it again';

/** Objects whose removal is held, by their records. */
export const heldOf = (records: Iterable<AcceptedRecord>): readonly ObjectRef[] =>
  [...records].filter(({ deletion }) => deletion === 'held').map(({ ref }) => ref);
