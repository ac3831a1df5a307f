import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gate } from '../../deploy/gates/gates.ts';
import { plantTree } from '../support/planted-tree.ts';

const main = "import { a } from './a.ts';\n\nconsole.log(a);\n";
const good = { 'src/cli/main.ts': main, 'src/cli/a.ts': 'export const a = 1;\n' };

/** What each gate must find, and how it says so. The other gates have files of their own. */
const violations: readonly (readonly [gate: string, file: string, source: string, message: string])[] = [
  ['types', 'src/cli/a.ts', "export const a: number = 'one';\n", 'src/cli/a.ts(1,14): error TS2322'],
  ['types', 'test/unit/a.test.ts', 'export const a = [1][0].toFixed();\n', 'error TS2532'],
  ['build', 'src/cli/a.ts', 'export enum a {\n  one,\n}\n', 'error TS1294'],
  ['dead-code', 'src/cli/unused.ts', 'export const unused = 1;\n', 'src/cli/unused.ts'],
  ['dead-code', 'src/cli/a.ts', 'export const a = 1;\nexport const nobody = 2;\n', 'nobody'],
  ['dead-code', 'src/cli/a.ts', "import 'left-pad';\n\nexport const a = 1;\n", 'left-pad'],
  ['format', 'src/cli/a.ts', 'export const a = "one"', 'src/cli/a.ts'],
  ['format', 'README.md', '* a\n- b\n', 'README.md'],
];

async function runGateOn(name: string, files: Readonly<Record<string, string>>) {
  const tree = await plantTree(files);
  onTestFinished(() => tree.remove());
  const [tool, ...args] = gate(name).command;
  // The planted tree needs few of the project's dependencies: only what it adds may be found.
  return tree.run(tool, ...args, ...(name === 'dead-code' ? ['--include', 'files,exports,unlisted'] : []));
}

describe('the gate crds', () => {
  const [tool, ...args] = gate('crds').command;
  const parts = ['crds', 'deploy/crds', 'src/api'];

  it('passes what is generated from src/api', async () => {
    const tree = await plantTree({}, parts);
    onTestFinished(() => tree.remove());
    expect(await tree.run(tool, ...args)).toEqual({ exitCode: 0, output: '' });
  });

  it('finds what is not', async () => {
    const tree = await plantTree({}, parts);
    onTestFinished(() => tree.remove());
    await appendFile(path.join(tree.root, 'crds/routers.yaml'), '# edited by hand\n');
    const { exitCode, output } = await tree.run(tool, ...args);
    expect(output).toContain('-# edited by hand');
    expect(exitCode).not.toBe(0);
  });
});

describe('the gate', () => {
  it.each(['types', 'build', 'dead-code', 'format'])('%s passes a good tree', async (name) => {
    const { exitCode, output } = await runGateOn(name, good);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  });

  it.each(violations)('%s finds what is wrong in %s', async (name, file, source, message) => {
    const { exitCode, output } = await runGateOn(name, { ...good, [file]: source });
    expect(output).toContain(message);
    expect(exitCode).not.toBe(0);
  });
});
