import type { GoodDocument } from '../api/documents.ts';
import { refText } from '../api/object.ts';
import { recallAccepted, recallAllocations } from '../controllers/recall.ts';
import { parseObject } from '../api/parse.ts';
import { NEWEST } from '../core/plan/foresight.ts';
import { intake, type IntakeInput } from '../core/plan/intake.ts';
import type { Problem, Reason } from '../core/plan/problem.ts';
import { ALL_SECRETS } from '../core/plan/session-terms.ts';
import type { WrittenObject } from '../core/plan/written.ts';
import type { Settings } from './config.ts';
import { CliError } from './exit.ts';
import type { InputProblem } from './input.ts';
import type { OpenStore } from './wire-store.ts';

/** What there is besides the given documents. */
export type Surroundings = Pick<IntakeInput, 'written' | 'accepted' | 'allocations'>;

/** For files that are the whole testbed. */
export const NOTHING: Surroundings = { written: [], accepted: [], allocations: [] };

/** Objects that others may still bring: a reference to one is no reason to refuse whoever names it. */
const MAY_COME: ReadonlySet<Reason> = new Set<Reason>(['RouterNotFound', 'PathNotFound']);

export const mayCome = (problem: Problem): boolean => MAY_COME.has(problem.reason);

/** A problem that only shows beside other objects. */
export interface PlanProblem extends InputProblem {
  readonly planned: Problem;
}

/** What the operator decides from, once the documents are written over what is there. */
export function inputWith(
  documents: readonly GoodDocument[],
  settings: Settings,
  surroundings: Surroundings,
): IntakeInput {
  const given = new Map(documents.map((document) => [refText(document.ref), document]));
  const others = surroundings.written.filter(({ ref }) => !given.has(refText(ref)));
  const before = new Map(surroundings.written.map((written) => [refText(written.ref), written]));
  const written = documents.map(({ ref, object }, index): WrittenObject => {
    const modRevision = NEWEST + BigInt(index);
    return {
      ref,
      object,
      modRevision,
      createRevision: before.get(refText(ref))?.createRevision ?? modRevision,
    };
  });
  return {
    ...surroundings,
    written: [...others, ...written],
    lingering: undefined,
    settings: settings.plan,
    secrets: ALL_SECRETS,
    testbed: { prefix: settings.prefix, uid: '', createRevision: 0n },
  };
}

/** What the operator would find wrong with the documents, once they are written over what is there. */
export function planProblems(
  documents: readonly GoodDocument[],
  settings: Settings,
  surroundings: Surroundings = NOTHING,
): readonly PlanProblem[] {
  const { problems } = intake(inputWith(documents, settings, surroundings));
  return documents.flatMap((document) =>
    (problems.get(refText(document.ref)) ?? []).map((planned): PlanProblem => {
      const { field, value, message } = planned;
      return { document, planned, problem: { field, value, message, ...document.locate(field) } };
    }),
  );
}

/**
 * All that the store has: what the operator will decide from, too.
 * @param otherwise what the user can do when a record cannot be read.
 */
export async function surroundingsOf({ store, keys }: OpenStore, otherwise = ''): Promise<Surroundings> {
  const [desired, accepted, allocations] = await Promise.all(
    [keys.desired, keys.accepted, keys.allocations].map(async (prefix) => (await store.list(prefix)).entries),
  );
  const written = (desired ?? []).flatMap((entry): WrittenObject[] => {
    const ref = keys.refOf(entry.key);
    if (ref === undefined) return [];
    const { createRevision, modRevision } = entry;
    const parsed = parseObject(entry.key, ref, entry.value);
    if (parsed.ok) return [{ ref, createRevision, modRevision, object: parsed.object }];
    return [{ ref, createRevision, modRevision, problems: [] }];
  });
  try {
    return {
      written,
      accepted: [...recallAccepted(keys, accepted ?? []).values()],
      allocations: [...recallAllocations(keys, allocations ?? []).values()],
    };
  } catch (error) {
    throw new CliError((error as Error).message + otherwise);
  }
}
