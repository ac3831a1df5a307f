import { CliError } from './exit.ts';
import { type InputProblem, inputProblemText } from './input.ts';
import type { Session } from './session.ts';

/** Names what is wrong with the objects that were given. @param count of objects. @throws CliError when anything is. */
export function refuse(session: Session, problems: readonly InputProblem[], count: number): void {
  if (problems.length === 0) return;
  for (const problem of problems) session.output.problem(inputProblemText(problem));
  const amount = problems.length === 1 ? 'one problem' : `${String(problems.length)} problems`;
  throw new CliError(`${amount} in ${String(count)} objects`);
}
