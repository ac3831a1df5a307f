const SECOND = 1000;

/** A set of test files that run together: a project of vitest, and a gate of `npm test`. */
export interface Suite {
  readonly name: string;
  readonly include: readonly string[];
  /** Bound of one test and of one hook, in ms. */
  readonly timeout: number;
  /** Its files run one after the other: they share what the machine has only once. */
  readonly inTurn: boolean;
  readonly globalSetup?: string;
  /** Suites of one stage run beside each other, two at a time, in this order; those of the next one after them. */
  readonly stage: number;
}

const below = (...folders: readonly string[]): string[] =>
  folders.map((folder) => `test/${folder}/**/*.test.ts`);

/** A suite on a lab of its own, that is up for the whole of it. */
const lab = (name: string): Suite => ({
  name,
  include: below(name),
  timeout: 300 * SECOND,
  inTurn: true,
  stage: 2,
  globalSetup: 'test/support/shared-lab.ts',
});

/**
 * In the order in which they start: the images first, which all labs wait for, then those that take longest. Every test file belongs to exactly
 * one of them (test/gates/suites.test.ts).
 */
export const suites: readonly Suite[] = [
  // A property computes for 5 s by itself, and for more than 30 s on a machine that has ten times as much to do.
  { name: 'unit', include: below('unit', 'golden'), timeout: 120 * SECOND, inTurn: false, stage: 1 },
  {
    name: 'gates',
    include: ['test/*.test.ts', ...below('gates')],
    timeout: 120 * SECOND,
    inTurn: false,
    stage: 1,
  },
  { name: 'images', include: below('images'), timeout: 300 * SECOND, inTurn: true, stage: 2 },
  lab('e2e'),
  lab('faults'),
  { name: 'integration', include: below('integration'), timeout: 60 * SECOND, inTurn: false, stage: 2 },
  lab('engines'),
  { name: 'lab', include: below('lab'), timeout: 180 * SECOND, inTurn: true, stage: 2 },
];
