import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Gate } from '../../deploy/gates/gates.ts';
import { type Result, runGate } from '../../deploy/gates/run-gate.ts';
import { runGates } from '../../deploy/gates/run-gates.ts';
import { summary } from '../../deploy/gates/summary.ts';
import { eventually } from '../support/eventually.ts';
import { plantTree } from '../support/planted-tree.ts';

const never = new AbortController().signal;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-runner-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const check = (name: string, script: string): Gate => ({
  name,
  command: ['node', '-e', script],
  timeout: 30_000,
  stage: 0,
  tests: false,
});

const run = (gate: Gate, signal = never): Promise<Result> =>
  runGate(gate, { directory, signal, live: false });

/** Runs a suite of the given test file the way the real suites run. */
async function runSuite(files: Readonly<Record<string, string>>): Promise<Result> {
  const config = "export default { test: { include: ['test/**/*.test.ts'] } };\n";
  const tree = await plantTree({ 'vitest.config.ts': config, ...files });
  onTestFinished(() => tree.remove());
  const command = ['vitest', 'run', '--root', tree.root] as const;
  return run({ ...check('suite', ''), command, tests: true });
}

const testFile = (...bodies: readonly string[]): string =>
  `import { expect, it } from 'vitest';\n${bodies.map((body, n) => `it('${n}', () => { ${body} });\n`).join('')}`;

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a check', () => {
  it('passes by its exit code', async () => {
    expect(await run(check('good', ''))).toMatchObject({ ok: true, passed: 1, failed: 0 });
  });

  it('fails by its exit code, and shows what it printed', async () => {
    const result = await run(check('bad', "console.error('because'); process.exitCode = 3"));
    expect(result).toMatchObject({ ok: false, passed: 0, failed: 1, output: 'because\n' });
  });

  it('fails when killed', async () => {
    expect(await run(check('killed', "process.kill(process.pid, 'SIGKILL')"))).toMatchObject({ ok: false });
  });

  it('fails when its tool is missing', async () => {
    const result = await run({ ...check('missing', ''), command: ['no-such-tool'] });
    expect(result.ok).toBe(false);
    expect(result.output).toContain('ENOENT');
  });

  it('fails when it takes too long', async () => {
    const result = await run({ ...check('slow', 'setInterval(() => {}, 1000)'), timeout: 200 });
    expect(result).toMatchObject({ ok: false, output: '\nstopped after 0.2 s' });
  });
});

describe('a suite', () => {
  it('passes with its tests', async () => {
    const result = await runSuite({ 'test/a.test.ts': testFile('expect(1).toBe(1)', 'expect(2).toBe(2)') });
    expect(result).toMatchObject({ ok: true, passed: 2, failed: 0 });
  });

  it('fails with its tests', async () => {
    const result = await runSuite({ 'test/a.test.ts': testFile('expect(1).toBe(1)', 'expect(1).toBe(2)') });
    expect(result).toMatchObject({ ok: false, passed: 1, failed: 1 });
    expect(result.output).toContain('expected 1 to be 2');
  });

  it('fails when a file cannot be loaded, whatever the others say', async () => {
    const files = {
      'test/a.test.ts': testFile('expect(1).toBe(1)'),
      'test/b.test.ts': "import './absent.ts';\n",
    };
    expect(await runSuite(files)).toMatchObject({ ok: false, passed: 1, failed: 1 });
  });

  it('fails when it has no test', async () => {
    const result = await runSuite({});
    expect(result).toMatchObject({ ok: false, passed: 0, failed: 1 });
    expect(result.output).toContain('no test ran');
  });

  it('fails when it skips them all', async () => {
    const text = testFile('expect(1).toBe(1)').replace('it(', 'it.skip(');
    expect(await runSuite({ 'test/a.test.ts': text })).toMatchObject({ ok: false, failed: 1, skipped: 1 });
  });
});

describe('an interrupted run', () => {
  it('lets the gate clean up, ends what it leaves behind, and starts no other', async () => {
    const pidFile = path.join(directory, 'pid');
    const script = `
      const { spawn } = require('node:child_process');
      process.on('SIGTERM', () => { console.log('cleaned up'); process.exit(0); });
      const child = spawn('node', ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
      setInterval(() => {}, 1000);`;
    const interrupt = new AbortController();
    const results: Result[] = [];
    const gates = [check('busy', script), { ...check('next', ''), stage: 1, tests: true }];
    const options = { directory, signal: interrupt.signal, live: false };
    const running = runGates(gates, options, (result) => results.push(result));
    const written = async (): Promise<string> => {
      const text = await readFile(pidFile, 'utf8');
      expect(text).not.toBe('');
      return text;
    };
    const pid = Number(await eventually(written, { timeoutMs: 30_000, message: 'the gate runs' }));
    expect(alive(pid)).toBe(true);
    interrupt.abort();
    await running;
    expect(results).toMatchObject([{ gate: 'busy', ok: false, output: 'cleaned up\n\nstopped' }]);
    await expect.poll(() => alive(pid), { timeout: 30_000 }).toBe(false);
  });
});

describe('the command', () => {
  const command = (...args: readonly string[]) =>
    execa('node', ['--import', 'tsx', 'deploy/gates/main.ts', ...args], { reject: false, all: true });

  it('names the gates when asked for one that is not there', async () => {
    const { exitCode, all } = await command('typos');
    expect(exitCode).toBe(2);
    expect(all).toContain('No such gate: typos. Gates: build, ');
  });

  it('fails when interrupted', async () => {
    const running = command('types', 'lint');
    const bothRun = async (): Promise<void> => {
      const tools = ['-P', String(running.pid), '-f', '/\\.bin/(tsc|eslint) '];
      const { stdout } = await execa('pgrep', tools, { reject: false });
      expect(stdout.split('\n')).toHaveLength(2);
    };
    await eventually(bothRun, { timeoutMs: 60_000, message: 'both gates run' });
    running.kill('SIGTERM');
    const { exitCode, all } = await running;
    expect(all).toContain('SIGTERM: stopping what runs.');
    expect(all).toMatch(/^0 passed, 2 failed$/m);
    expect(exitCode).toBe(1);
  });
});

it('the summary closes with the line that counts', () => {
  const result = { gate: 'unit', ok: false, seconds: 1.26, passed: 7, failed: 1, skipped: 0, output: '' };
  const lines = summary([result, { ...result, gate: 'types', ok: true, passed: 1, failed: 0 }]).split('\n');
  expect(lines.at(-1)).toBe('8 passed, 1 failed');
  expect(lines.join('\n')).toMatch(/unit +│ FAIL +│ +1\.3 /);
});
