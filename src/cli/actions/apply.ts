import { isDeepStrictEqual } from 'node:util';
import type { GoodDocument } from '../../api/documents.ts';
import type { ObjectRef } from '../../api/object.ts';
import { parseObject } from '../../api/parse.ts';
import { MAX_OPERATIONS } from '../../core/transaction.ts';
import type { Guard, StoredEntry, Write } from '../../ports/object-store.ts';
import { mayCome, type PlanProblem, planProblems, surroundingsOf } from '../check.ts';
import { CliError } from '../exit.ts';
import { goodOnes, inputProblemText, problemsOf, readDocuments } from '../input.ts';
import { refName } from '../kinds.ts';
import type { Session } from '../session.ts';
import type { OpenStore } from '../wire-store.ts';

export interface ApplyOptions {
  readonly filename: readonly string[];
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

type Outcome = 'created' | 'configured' | 'unchanged';

interface Step {
  readonly ref: ObjectRef;
  readonly outcome: Outcome;
  readonly write: Write;
  readonly guard: Guard;
}

/** Bytes of values in one transaction, well below etcd's limit on a request (1.5 MiB by default). */
const MAX_BATCH_BYTES = 1024 * 1024;

function stepOf(key: string, document: GoodDocument, before: StoredEntry | undefined): Step {
  const { ref, object, text } = document;
  const write: Write = { type: 'put', key, value: text };
  if (before === undefined) return { ref, outcome: 'created', write, guard: { type: 'absent', key } };
  const parsed = parseObject(key, ref, before.value);
  const same = parsed.ok && isDeepStrictEqual(parsed.object, object);
  const guard: Guard = { type: 'unchanged', key, modRevision: before.modRevision };
  return { ref, outcome: same ? 'unchanged' : 'configured', write, guard };
}

const sizeOf = ({ write }: Step): number => (write.type === 'put' ? Buffer.byteLength(write.value) : 0);

/** As few transactions as etcd's limits allow; most applies are one, and then all or nothing. */
function batchesOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const batches: Step[][] = [];
  let bytes = 0;
  for (const step of steps) {
    const last = batches.at(-1);
    if (last === undefined || last.length === MAX_OPERATIONS || bytes + sizeOf(step) > MAX_BATCH_BYTES) {
      batches.push([step]);
      bytes = sizeOf(step);
    } else {
      last.push(step);
      bytes += sizeOf(step);
    }
  }
  return batches;
}

/** What is wrong beside the other objects: refused, but for references to what may still come. */
async function checkPlan(
  session: Session,
  open: OpenStore,
  documents: readonly GoodDocument[],
): Promise<void> {
  const surroundings = await surroundingsOf(open, '; --force goes without these checks');
  const problems = planProblems(documents, await session.settings(), surroundings);
  const text = (problem: PlanProblem): string => inputProblemText(problem, (ref) => open.keys.desiredOf(ref));
  for (const problem of problems.filter(({ planned }) => mayCome(planned)))
    session.output.warning(text(problem));
  refuse(session, problems.filter(({ planned }) => !mayCome(planned)).map(text));
}

function refuse(session: Session, problems: readonly string[]): void {
  if (problems.length === 0) return;
  for (const problem of problems) session.output.problem(problem);
  const count = problems.length === 1 ? 'one problem' : `${String(problems.length)} problems`;
  throw new CliError(`nothing was written: ${count} above`);
}

/** Writes all objects of the files, or none of them when one is bad. Those that say what is stored already are left alone. */
export async function apply(session: Session, options: ApplyOptions): Promise<void> {
  const documents = await readDocuments(options.filename, session.readStdin);
  await session.withStore(async (open) => {
    const { keys, store } = open;
    refuse(
      session,
      problemsOf(documents).map((problem) => inputProblemText(problem, (ref) => keys.desiredOf(ref))),
    );
    const good = goodOnes(documents);
    if (options.force !== true) await checkPlan(session, open, good);
    const stored = new Map((await store.list(keys.desired)).entries.map((entry) => [entry.key, entry]));
    const steps = good.map((document) => {
      const key = keys.desiredOf(document.ref);
      return stepOf(key, document, stored.get(key));
    });
    const suffix = options.dryRun === true ? ' (dry run)' : '';
    const report = (step: Step): void =>
      session.output.print(`${refName(step.ref)} ${step.outcome}${suffix}`);
    if (options.dryRun === true) {
      steps.forEach(report);
      return;
    }
    for (const batch of batchesOf(steps.filter(({ outcome }) => outcome !== 'unchanged'))) {
      await store.commit(
        batch.map(({ write }) => write),
        { guards: batch.map(({ guard }) => guard) },
      );
      batch.forEach(report);
    }
    steps.filter(({ outcome }) => outcome === 'unchanged').forEach(report);
  });
}
