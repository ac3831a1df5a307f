/* Vitest's global setup of the suites that share a lab. */
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { labImages } from '../../deploy/lab/lab-images.ts';
import { Lab } from '../../deploy/lab/lab.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory of the lab that is up for the whole run. */
    readonly lab: string;
  }
}

/** Vitest ends at once when it is interrupted, without any teardown: then another process takes the lab down. */
function takeDownAfterwards(dir: string): () => void {
  const start = (): void => {
    const args = ['--import', 'tsx', 'deploy/lab/main.ts', 'down', '--dir', dir];
    // It writes no cache: whoever started us may be removing our temporary files by now.
    const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
    spawn(process.execPath, args, { detached: true, stdio: 'ignore', env }).unref();
  };
  process.once('exit', start);
  return () => process.off('exit', start);
}

/**
 * Brings a lab up before the first test file and takes it down after the last. With `HINGE_TEST_LAB=.lab` the suites use the lab that is
 * up there already, and leave it up: quicker while one works on a suite.
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const existing = process.env['HINGE_TEST_LAB'];
  if (existing !== undefined) {
    provide('lab', Lab.open(existing).dir);
    return () => Promise.resolve();
  }
  const dir = await mkdtemp(path.join(os.tmpdir(), 'hinge-lab-'));
  const forget = takeDownAfterwards(dir);
  const lab = await Lab.up({ dir, images: labImages, tell: (line) => process.stderr.write(`${line}\n`) });
  provide('lab', dir);
  return async () => {
    await lab.down();
    forget();
  };
}
