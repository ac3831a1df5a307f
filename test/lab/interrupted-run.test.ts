import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { allRows } from '../support/slow.ts';
import { tracesOf } from './traces.ts';

/** Runs the end-to-end gate until its lab is coming up. */
async function startRun() {
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'hinge-interrupted-'));
  const run = execa('node', ['--import', 'tsx', 'deploy/gates/main.ts', 'e2e'], {
    reject: false,
    all: true,
    env: { TMPDIR: temporary, HINGE_TEST_LAB: undefined },
  });
  onTestFinished(async () => {
    run.kill('SIGTERM');
    await run;
    await rm(temporary, { recursive: true, force: true });
  });
  const lab = await eventually(
    async () => {
      const files = await readdir(temporary, { recursive: true });
      const [state = 'none', ...others] = files.filter((file) => path.basename(file) === 'lab.json');
      expect(others).toEqual([]);
      const dir = path.join(temporary, path.dirname(state));
      expect(tracesOf(dir).join('\n')).toContain('network namespace');
      return dir;
    },
    // The first of all runs builds the images first.
    { timeoutMs: 150_000, message: 'a lab is coming up' },
  );
  return { run, lab, temporary };
}

/** A helper that was sent to take the lab down may still be there to find that nothing is left to do. */
const nothingIsLeft = (lab: string) =>
  eventually(() => expect(tracesOf(lab)).toEqual([]), {
    timeoutMs: 20_000,
    message: 'nothing of the lab is left',
  });

describe('a run of the gates leaves no lab behind', () => {
  it.each(allRows ? (['SIGINT', 'SIGTERM'] as const) : (['SIGINT'] as const))(
    'when it ends by %s',
    async (signal) => {
      const { run, lab, temporary } = await startRun();
      run.kill(signal);
      const { exitCode, all } = await run;
      expect(all).toContain(`${signal}: stopping what runs.`);
      expect(exitCode).toBe(1);
      await nothingIsLeft(lab);
      expect((await readdir(temporary)).filter((name) => name.startsWith('hinge-'))).toEqual([]);
    },
  );

  it('when vitest is killed', async () => {
    const { run, lab } = await startRun();
    const { stdout } = await execa('pgrep', ['-P', String(run.pid), '-f', 'vitest']);
    process.kill(Number(stdout), 'SIGKILL');
    const { exitCode, all } = await run;
    expect(all).toContain(`taking down the lab that was left in ${lab}`);
    expect(exitCode).toBe(1);
    await nothingIsLeft(lab);
  });
});
