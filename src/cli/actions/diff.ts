import { impactOf } from '../../core/diff/impact.ts';
import { foresee } from '../../core/plan/foresight.ts';
import { intake } from '../../core/plan/intake.ts';
import { inputWith, planProblems, type Surroundings, surroundingsOf } from '../check.ts';
import type { Settings } from '../config.ts';
import { DIFF_EXIT, Exit } from '../exit.ts';
import { formatForesight, foresightDocument } from '../foresight-text.ts';
import { goodOnes, problemsOf, readDocuments } from '../input.ts';
import { objectChanges } from '../object-changes.ts';
import { refuse } from '../refusal.ts';
import type { Session } from '../session.ts';

export interface DiffOptions {
  readonly filename: readonly string[];
  readonly output?: 'json';
}

/** Says what files would change, and ends with what diff itself would end with. */
export async function diff(session: Session, options: DiffOptions): Promise<void> {
  let changes: boolean;
  try {
    changes = await show(session, options);
  } catch (error) {
    throw new Exit(DIFF_EXIT.error, { cause: error });
  }
  if (changes) throw new Exit(DIFF_EXIT.differs);
}

/** @returns whether anything would change. */
async function show(session: Session, options: DiffOptions): Promise<boolean> {
  const documents = await readDocuments(options.filename, session.readStdin);
  refuse(session, problemsOf(documents), documents.length);
  const settings = await session.settings();
  const surroundings = await session.withStore((open) => surroundingsOf(open));
  const good = goodOnes(documents);
  refuse(session, planProblems(good, settings, surroundings), documents.length);
  const foresight = foreseen(good, settings, surroundings);
  const { objects, impact } = foresight;
  session.output.print(
    options.output === 'json'
      ? JSON.stringify(foresightDocument(foresight), null, 2)
      : formatForesight(foresight, (style, text) => session.output.paint(style, text)),
  );
  const lists = [impact.workloads, impact.networks, impact.sessions];
  return (
    lists.some((list) => list.length > 0) ||
    objects.some(({ change }) => change === 'created' || change === 'changed')
  );
}

function foreseen(
  good: ReturnType<typeof goodOnes>,
  settings: Settings,
  surroundings: Surroundings,
): Parameters<typeof formatForesight>[0] {
  const now = intake(inputWith([], settings, surroundings));
  const then = foresee(inputWith(good, settings, surroundings));
  return {
    objects: objectChanges(
      good.map(({ ref }) => ref),
      { ...now, accepted: surroundings.accepted },
      then,
    ),
    impact: impactOf(now.desired, then.intake.desired),
  };
}
