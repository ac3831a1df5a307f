import vitest from '@vitest/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What a value from a clock or from chance would be written as. */
const impure = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'No clock here.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'No clock here.' },
  { selector: "CallExpression[callee.name='Date']", message: 'No clock here.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'No chance here.' },
];

const asynchronous = [
  { selector: ':function[async=true]', message: 'Decisions are synchronous: effects are at the edge.' },
  { selector: "NewExpression[callee.name='Promise']", message: 'Decisions are synchronous.' },
  { selector: "CallExpression[callee.object.name='Promise']", message: 'Decisions are synchronous.' },
];

const hidden = ['process', 'performance', 'crypto', 'fetch', 'setTimeout', 'setInterval', 'setImmediate'].map(
  (name) => ({
    name,
    message: 'Pure layers are given what they need: use a port or an argument.',
  }),
);

const readsEnvironment = 'Settings are read in src/cli/config.ts only.';

const waitsByTheClock = {
  selector:
    "CallExpression[callee.name=/^(setTimeout|sleep|delay)$/], CallExpression[callee.object.name='Atomics'][callee.property.name='wait']",
  message: 'No sleeping in tests: wait for the condition, with a bound (eventually, expect.poll).',
};

const hidesFlakes = {
  selector:
    'CallExpression[callee.name=/^(it|test|describe)$/] > ObjectExpression > Property[key.name=/^(retry|repeats)$/]',
  message: 'A retry hides a flake: find the race.',
};

const moduleMock = 'No module mocks: pass a real object in, or test on the real thing.';

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.lab/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300 }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: readsEnvironment },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:process', 'process'].map((name) => ({
            name,
            importNames: ['env'],
            message: readsEnvironment,
          })),
        },
      ],
    },
  },
  { files: ['src/cli/**'], rules: { 'no-console': 'off' } },
  {
    files: ['src/cli/config.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/{api,core}/**'],
    rules: {
      'no-restricted-globals': ['error', ...hidden],
      'no-restricted-syntax': ['error', ...impure, ...asynchronous],
    },
  },
  {
    files: ['src/controllers/**'],
    rules: { 'no-restricted-globals': ['error', ...hidden], 'no-restricted-syntax': ['error', ...impure] },
  },
  {
    files: ['src/ports/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "Program > :not(ImportDeclaration, TSInterfaceDeclaration, TSTypeAliasDeclaration, ExportNamedDeclaration[exportKind='type'], ExportAllDeclaration[exportKind='type'])",
          message: 'A port is a type: nothing here exists at run time.',
        },
      ],
    },
  },
  {
    files: ['test/**'],
    plugins: { vitest },
    rules: {
      ...vitest.configs.recommended.rules,
      'vitest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect', 'expect*', 'fc.assert', 'eventually'] },
      ],
      // Of test/support/slow.ts.
      'vitest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['slow', 'slow.each'] }],
      // The second argument is what to say when it fails.
      'vitest/valid-expect': ['error', { maxArgs: 2 }],
      'vitest/no-disabled-tests': 'error',
      'vitest/no-focused-tests': 'error',
      'vitest/no-restricted-vi-methods': [
        'error',
        { mock: moduleMock, doMock: moduleMock, unmock: moduleMock, hoisted: moduleMock },
      ],
      'vitest/valid-title': ['error', { allowArguments: true }],
      'vitest/warn-todo': 'error',
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:timers/promises', 'timers/promises', 'node:timers', 'timers'].map((name) => ({
            name,
            message: waitsByTheClock.message,
          })),
        },
      ],
      'no-restricted-syntax': ['error', waitsByTheClock, hidesFlakes],
    },
  },
  {
    // One fault is injected in several ways: its steps, with what they expect, are shared.
    files: ['test/faults/**'],
    plugins: { vitest },
    rules: { 'vitest/no-standalone-expect': 'off' },
  },
  {
    files: ['test/support/**'],
    rules: {
      'vitest/expect-expect': 'off',
      'vitest/no-standalone-expect': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', hidesFlakes],
    },
  },
);
