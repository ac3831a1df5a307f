import { isDeepStrictEqual } from 'node:util';
import type { ObjectRef } from '../../api/object.ts';
import { CliError, usageError } from '../exit.ts';
import { follow } from '../follow.ts';
import { kindsOf, refName, refsOf } from '../kinds.ts';
import { conditionsText } from '../sections.ts';
import type { Session } from '../session.ts';
import { conditionOf, loadView, loadViews, notFoundText, type ObjectView } from '../view.ts';
import type { OpenStore } from '../wire-store.ts';

export interface WaitOptions {
  readonly for: string;
  readonly all?: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** What is waited for, as a question about one object. */
interface Goal {
  readonly met: (view: ObjectView | undefined) => boolean;
  /** As it is said when it is met. */
  readonly text: string;
  readonly gone: boolean;
}

/**
 * Whether the status is about the object as it is written now. Without this, a wait right after an apply would be
 * satisfied by what held before it.
 */
const isCurrent = ({ object, accepted, status }: ObjectView): boolean =>
  accepted !== undefined &&
  status?.observedGeneration === accepted.generation &&
  isDeepStrictEqual(object, accepted.object);

/** Reads `delete`, `condition=Ready`, `condition=Valid=False`. @throws CliError (usage) */
export function goalOf(text: string): Goal {
  if (text === 'delete') return { met: (view) => view === undefined, text: 'is gone', gone: true };
  const [, type = '', value = 'True'] = /^condition=([A-Za-z]+)(?:=(True|False|Unknown))?$/i.exec(text) ?? [];
  if (type === '') {
    throw usageError(`--for ${text}: expected delete, condition=Ready, or condition=TYPE=True|False|Unknown`);
  }
  const wanted = value.toLowerCase();
  return {
    met: (view) =>
      view !== undefined &&
      conditionOf(view, type)?.status.toLowerCase() === wanted &&
      (wanted !== 'true' || isCurrent(view)),
    text: wanted === 'true' ? `is ${type}` : `has ${type}=${value}`,
    gone: false,
  };
}

async function refsToWaitFor(
  open: OpenStore,
  words: readonly string[],
  all: boolean,
): Promise<readonly ObjectRef[]> {
  if (!all) return refsOf(words);
  const [kinds = '', ...names] = words;
  if (names.length > 0) throw usageError('give either names or --all, not both');
  return (await loadViews(open, kindsOf(kinds))).map(({ ref }) => ref);
}

/** Waits until all objects are as wanted. Looks after each change in the store, never by the clock. */
export async function wait(session: Session, words: readonly string[], options: WaitOptions): Promise<void> {
  const goal = goalOf(options.for);
  await session.withStore(async (open) => {
    const { keys } = open;
    let left = await refsToWaitFor(open, words, options.all === true);
    let latest: readonly (ObjectView | undefined)[] = [];
    const done = await follow(
      open,
      [keys.desired, keys.accepted, keys.status],
      async () => {
        latest = await Promise.all(left.map((ref) => loadView(open, ref)));
        const met = left.filter((_ref, index) => goal.met(latest[index]));
        for (const ref of met) session.output.print(`${refName(ref)} ${goal.text}`);
        latest = latest.filter((view) => !goal.met(view));
        left = left.filter((ref) => !met.includes(ref));
        return left.length === 0 ? true : undefined;
      },
      { timeoutMs: options.timeout, onTrouble: (error) => session.output.warning(error.message) },
    );
    if (done !== true) throw new CliError(timeoutText(session, open, left, latest, options));
  });
}

/** Shows how things stand, and says what did not come. */
function timeoutText(
  session: Session,
  open: OpenStore,
  left: readonly ObjectRef[],
  latest: readonly (ObjectView | undefined)[],
  options: WaitOptions,
): string {
  const now = Date.parse(open.clock.now());
  for (const [index, ref] of left.entries()) {
    const view = latest[index];
    if (view === undefined) session.output.problem(notFoundText(open, ref));
    else session.output.note(`${refName(ref)}:\n${conditionsText(view, now)}`);
  }
  const seconds = String(options.timeout / 1000);
  return `timed out after ${seconds} s waiting for ${options.for} of ${left.map(refName).join(', ')}`;
}
