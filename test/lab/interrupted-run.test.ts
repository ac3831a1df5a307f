import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { LabLayout } from '../../deploy/lab/layout.ts';
import { labNamespaces } from '../../deploy/lab/network.ts';
import { eventually } from '../support/eventually.ts';

it.each(['SIGINT', 'SIGTERM'] as const)(
  'a run of the gates that ends by %s leaves no lab behind',
  async (signal) => {
    const temporary = await mkdtemp(path.join(os.tmpdir(), 'hinge-interrupted-'));
    onTestFinished(() => rm(temporary, { recursive: true, force: true }));
    const run = execa('node', ['--import', 'tsx', 'deploy/gates/main.ts', 'e2e'], {
      reject: false,
      all: true,
      env: { TMPDIR: temporary },
    });
    const lab = await eventually(
      async () => {
        const files = await readdir(temporary, { recursive: true });
        const dirs = files
          .filter((file) => path.basename(file) === 'lab.json')
          .map((file) => path.dirname(file));
        expect(dirs).toHaveLength(1);
        const layout = new LabLayout(path.join(temporary, dirs[0] ?? ''));
        expect(labNamespaces(layout)).not.toEqual([]);
        return layout;
      },
      { timeoutMs: 60_000, message: 'a lab is coming up' },
    );
    run.kill(signal);
    const { exitCode, all } = await run;
    expect(all).toContain(`${signal}: stopping what runs.`);
    expect(exitCode).toBe(1);
    expect(labNamespaces(lab)).toEqual([]);
    expect(existsSync(lab.dir)).toBe(false);
    expect((await readdir(temporary)).filter((name) => name.startsWith('hinge-'))).toEqual([]);
  },
);
