import { mayCome, type PlanProblem, planProblems } from '../check.ts';
import { goodOnes, inputProblemText, problemsOf, readDocuments } from '../input.ts';
import { refName } from '../kinds.ts';
import { refuse } from '../refusal.ts';
import type { Session } from '../session.ts';

export interface ValidateOptions {
  readonly filename: readonly string[];
  readonly partial?: boolean;
}

/** Checks files without etcd or Docker: each object, and all of them together as if they were the whole testbed. */
export async function validate(session: Session, options: ValidateOptions): Promise<void> {
  const documents = await readDocuments(options.filename, session.readStdin);
  const good = goodOnes(documents);
  const own = problemsOf(documents);
  const planned = planProblems(
    [...new Map(good.map((one) => [refName(one.ref), one])).values()],
    await session.settings(),
  );
  const toCome = (problem: PlanProblem): boolean => options.partial === true && mayCome(problem.planned);
  for (const problem of planned.filter(toCome)) session.output.warning(inputProblemText(problem));
  const problems = [...own, ...planned.filter((problem) => !toCome(problem))];
  refuse(session, problems, documents.length);
  for (const { ref } of good) session.output.print(`${refName(ref)} is valid`);
}
