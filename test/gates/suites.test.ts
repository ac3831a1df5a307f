import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { gates } from '../../deploy/gates/gates.ts';
import { suites } from '../../deploy/gates/suites.ts';

it('every test file runs in exactly one suite', async () => {
  const { stdout } = await execa('vitest', ['list', '--filesOnly', '--json'], { preferLocal: true });
  const listed = (JSON.parse(stdout) as { file: string }[]).map(({ file }) => path.relative('.', file));
  const files = (await readdir('test', { recursive: true }))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/${file}`);
  expect(listed.toSorted()).toEqual(files.toSorted());
});

it('every suite is a gate', () => {
  const names = gates.filter((each) => each.tests).map((each) => each.name);
  expect(names).toEqual(suites.map((suite) => suite.name));
});
