import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { Lab } from '../../deploy/lab/lab.ts';
import { tracesOf } from './traces.ts';

const minute = 60_000;
const main = join(import.meta.dirname, '../../deploy/lab/main.ts');
const scratch = mkdtempSync(join(tmpdir(), 'hinge-lab-interrupt-'));
const dir = join(scratch, 'lab');

function lab(...args: string[]) {
  // Ended before the test is, so that a failure shows how far it had come.
  return execa(process.execPath, ['--import', 'tsx', main, ...args, '--dir', dir], {
    reject: false,
    timeout: 1.5 * minute,
  });
}

/** Starts `up`, and stops it by a signal right after it has told that a stage is done. */
async function upStoppedAfter(
  stage: string,
  signal: NodeJS.Signals,
): Promise<{ exitCode?: number; stderr: string }> {
  const up = lab('up', '--nodes', '2', '--no-images');
  up.stderr.on('data', (chunk) => {
    if (String(chunk).includes(stage)) up.kill(signal);
  });
  return up;
}

describe('a lab that is stopped while it comes up', { timeout: 2 * minute }, () => {
  afterAll(async () => {
    await Lab.down(dir);
    rmSync(scratch, { recursive: true, force: true });
  }, minute);

  it.each(['namespaces', 'engines'])('leaves nothing after Ctrl-C behind the stage: %s', async (stage) => {
    const { exitCode, stderr } = await upStoppedAfter(stage, 'SIGINT');
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 130,
      stderr: expect.stringContaining('lab: stopped by SIGINT') as string,
    });
    expect(tracesOf(dir)).toEqual([]);
  });

  it('leaves nothing that down does not find after it was killed', async () => {
    await upStoppedAfter('engines', 'SIGKILL');
    expect(tracesOf(dir)).not.toEqual([]);
    const { exitCode } = await lab('down');
    expect(exitCode).toBe(0);
    expect(tracesOf(dir)).toEqual([]);
  });
});

describe('the lab command', { timeout: minute }, () => {
  it('says that there is no lab, and where', async () => {
    const status = await lab('status');
    expect(status.exitCode).toBe(1);
    expect(status.stdout).toContain(`there is no lab in ${dir}`);
    const env = await lab('env');
    expect(env.exitCode).toBe(1);
    expect(env.stderr).toContain('npm run lab -- up');
  });

  it('does not move in with files of the user', async () => {
    const occupied = mkdtempSync(join(tmpdir(), 'hinge-lab-occupied-'));
    const precious = join(occupied, 'env');
    writeFileSync(precious, 'mine');
    await expect(Lab.up({ dir: occupied })).rejects.toThrow(/not empty/);
    await Lab.down(occupied);
    expect(tracesOf(occupied)).toEqual([`directory ${occupied}`]);
    rmSync(occupied, { recursive: true });
  });

  it.each([
    [{ nodes: 0 }, /1 to 100 nodes, not 0/],
    [{ nodes: 2, managers: 3 }, /1 to 2 managers, not 3/],
  ])('refuses %o', async (options, message) => {
    await expect(Lab.up({ dir, ...options })).rejects.toThrow(message);
    expect(tracesOf(dir)).toEqual([]);
  });
});
