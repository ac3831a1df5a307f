import { suites } from './suites.ts';

const MINUTE = 60_000;

/** One check that the project has to pass. */
export interface Gate {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Upper bound of its time, in ms; then it is stopped and counts as failed. */
  readonly timeout: number;
  /** Gates of one stage run beside each other, those of the next one after them. */
  readonly stage: number;
  /** It is a suite of vitest, and has to run at least one test. */
  readonly tests: boolean;
}

const check = (name: string, ...command: readonly [string, ...string[]]): Gate => ({
  name,
  command,
  timeout: 5 * MINUTE,
  stage: 0,
  tests: false,
});

const testGates = suites.map((suite): Gate => ({
  name: suite.name,
  command: ['vitest', 'run', '--project', suite.name],
  timeout: 20 * MINUTE,
  stage: suite.stage,
  tests: true,
}));

/** All gates, in the order in which they start. */
export const gates: readonly Gate[] = [
  check('build', 'npm', 'run', '--silent', 'build'),
  check('lint', 'eslint', '.', '--max-warnings', '0'),
  check('types', 'tsc', '--noEmit'),
  check('layers', 'depcruise', 'src', 'deploy', 'test', '*.ts'),
  check('dead-code', 'knip'),
  check('format', 'prettier', '--check', '--log-level', 'warn', '.'),
  check('crds', 'node', '--import', 'tsx', 'deploy/crds/generate.ts', '--check'),
  ...testGates,
];

export function gate(name: string): Gate {
  const found = gates.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no such gate: ${name}`);
  return found;
}

/** What `npm run check` runs: the gates that need neither etcd nor Docker. */
export const quick: readonly string[] = ['types', 'lint', 'layers', 'dead-code', 'format', 'unit'];
