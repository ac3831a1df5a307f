import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { type Suite, suites } from './deploy/gates/suites.ts';

const project = (suite: Suite): TestProjectConfiguration => ({
  extends: true,
  test: {
    name: suite.name,
    include: [...suite.include],
    testTimeout: suite.timeout,
    hookTimeout: suite.timeout,
    fileParallelism: !suite.inTurn,
    ...(suite.globalSetup === undefined ? {} : { globalSetup: suite.globalSetup }),
  },
});

export default defineConfig({
  test: { pool: 'forks', maxWorkers: '100%', allowOnly: false, retry: 0, projects: suites.map(project) },
});
