import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate } from '../../deploy/gates/gates.ts';
import { type PlantedTree, plantTree } from '../support/planted-tree.ts';

/** ESLint's JSON report, as far as it is needed. */
interface FileReport {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

const inTest = (body: string): string =>
  `import { expect, it, vi } from 'vitest';\nit('holds', async () => {\n  expect(vi).toBeDefined();\n  ${body}\n});\n`;

/** What breaks a habit of this project, where, and the rule that has to find it. */
const violations: readonly (readonly [rule: string, file: string, source: string])[] = [
  ['@typescript-eslint/no-floating-promises', 'src/runtime/floating.ts', 'Promise.resolve(1);'],
  ['@typescript-eslint/no-explicit-any', 'src/runtime/any.ts', 'export const value: any = 1;'],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    'src/core/switch.ts',
    "export function f(a: 'x' | 'y'): void {\n  switch (a) {\n    case 'x':\n  }\n}",
  ],
  ['max-lines', 'src/runtime/long.ts', `export const a = 1;\n${'// line\n'.repeat(300)}`],
  ['no-warning-comments', 'src/runtime/later.ts', '// to' + 'do: later\nexport const a = 1;'],
  ['no-console', 'src/runtime/console.ts', "console.log('hello');"],
  ['no-restricted-properties', 'src/cli/run.ts', "export const home = process.env['HOME'];"],
  ['no-restricted-imports', 'src/server/env.ts', "export { env } from 'node:process';"],
  ['no-restricted-syntax', 'src/core/now.ts', 'export const now = Date.now();'],
  ['no-restricted-syntax', 'src/core/date.ts', 'export const now = new Date();'],
  ['no-restricted-syntax', 'src/core/random.ts', 'export const chance = Math.random();'],
  [
    'no-restricted-syntax',
    'src/core/async.ts',
    'export const f = async (): Promise<number> => await g();\ndeclare const g: () => Promise<number>;',
  ],
  ['no-restricted-syntax', 'src/controllers/now.ts', 'export const now = Date.now();'],
  ['no-restricted-globals', 'src/core/timer.ts', 'setTimeout(() => undefined, 1);'],
  ['no-restricted-globals', 'src/api/process.ts', 'export const pid = process.pid;'],
  ['no-restricted-syntax', 'src/ports/value.ts', 'export const limit = 1;'],
  ['no-restricted-syntax', 'src/ports/class.ts', 'export class Failure extends Error {}'],
  [
    'vitest/no-focused-tests',
    'test/unit/only.test.ts',
    "import { expect, it } from 'vitest';\nit.only('a', () => expect(1).toBe(1));",
  ],
  [
    'vitest/no-disabled-tests',
    'test/unit/skip.test.ts',
    "import { expect, it } from 'vitest';\nit.skip('a', () => expect(1).toBe(1));",
  ],
  ['vitest/warn-todo', 'test/unit/todo.test.ts', "import { it } from 'vitest';\nit.todo('a');"],
  [
    'vitest/expect-expect',
    'test/unit/nothing.test.ts',
    "import { it } from 'vitest';\nit('a', () => undefined);",
  ],
  ['vitest/no-restricted-vi-methods', 'test/unit/mock.test.ts', inTest("vi.mock('node:fs');")],
  [
    'no-restricted-syntax',
    'test/unit/sleep.test.ts',
    inTest('await new Promise((resolve) => setTimeout(resolve, 100));'),
  ],
  [
    'no-restricted-imports',
    'test/e2e/sleep.test.ts',
    `import { setTimeout as pause } from 'node:timers/promises';\n${inTest('await pause(1);')}`,
  ],
  [
    'no-restricted-syntax',
    'test/e2e/retry.test.ts',
    "import { expect, it } from 'vitest';\nit('a', { retry: 3 }, () => expect(1).toBe(1));",
  ],
];

/** The same where it is allowed, or done right. */
const good = {
  'src/cli/config.ts': "export const home = process.env['HOME'];\n",
  'src/cli/print.ts': "console.log('hello');\n",
  'src/core/then.ts': "export const then = new Date('2026-01-01T00:00:00Z').getTime();\n",
  'src/ports/port.ts':
    'export type Name = string;\nexport interface Port {\n  call(name: Name): Promise<void>;\n}\n',
  'src/runtime/timer.ts': 'export const timer = setTimeout(() => undefined, 1);\n',
  'test/unit/good.test.ts': "import { expect, it } from 'vitest';\nit('holds', () => expect(1).toBe(1));\n",
  'test/support/wait.ts': 'export const timer = setTimeout(() => undefined, 1);\n',
};

describe('the lint gate', () => {
  const [linter, ...args] = gate('lint').command;
  let clean: PlantedTree;
  let planted: PlantedTree;
  let found: readonly (readonly [rule: string | null, file: string])[];
  beforeAll(async () => {
    clean = await plantTree(good);
    planted = await plantTree({
      ...good,
      ...Object.fromEntries(violations.map(([, file, source]) => [file, source])),
    });
    const { output } = await planted.run(linter, ...args, '--format', 'json');
    found = (JSON.parse(output) as FileReport[]).flatMap((report) =>
      report.messages.map(({ ruleId }) => [ruleId, report.filePath.slice(planted.root.length + 1)] as const),
    );
  });
  afterAll(() => Promise.all([clean.remove(), planted.remove()]));

  it('passes a tree that keeps the rules', async () => {
    expect(await clean.run(linter, ...args)).toEqual({ exitCode: 0, output: '' });
  });

  it('fails on a tree that does not', async () => {
    const { exitCode, output } = await planted.run(linter, ...args);
    expect(output).toContain('no-floating-promises');
    expect(exitCode).not.toBe(0);
  });

  it.each(violations)('finds %s in %s', (rule, file) => {
    expect(found).toContainEqual([rule, file]);
  });
});
