import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { waitUntil } from './wait.ts';

/** The program as `npm run build` makes it. */
const HINGE = path.resolve('dist/cli/main.js');
/** Running reconciles have some seconds to end before the operator exits by itself. */
const STOP_MS = 30_000;

/** `hinge run` as a process of its own, which outlives this one with --keep; its pid and its log are in the lab's directory. */
export class DemoOperator {
  readonly logFile: string;
  readonly #pidFile: string;

  constructor(lab: Pick<Lab, 'dir'>) {
    this.logFile = path.join(lab.dir, 'hinge.log');
    this.#pidFile = path.join(lab.dir, 'hinge.pid');
  }

  /** Starts it; fine when it runs. Resolves when it leads. */
  async start(lab: Lab, signal: AbortSignal): Promise<void> {
    if (this.#pid() === undefined) {
      const log = openSync(this.logFile, 'w');
      const env = { ...process.env, ...lab.env, HINGE_LISTEN: '127.0.0.1:0' };
      const child = spawn(process.execPath, [HINGE, 'run'], {
        detached: true,
        stdio: ['ignore', log, log],
        env,
      });
      closeSync(log);
      await once(child, 'spawn');
      writeFileSync(this.#pidFile, String(child.pid));
      child.unref();
    }
    await waitUntil('the operator leads', 30_000, signal, () => {
      if (this.#pid() === undefined) throw new Error(`the operator ended; see ${this.logFile}`);
      return Promise.resolve(readFileSync(this.logFile, 'utf8').includes('"message":"leading"'));
    });
  }

  /** Ends it in order, or the hard way when it takes too long; fine when it does not run. */
  async stop(): Promise<void> {
    const pid = this.#pid();
    if (pid !== undefined) {
      process.kill(pid, 'SIGTERM');
      const ended = (): Promise<boolean> => Promise.resolve(this.#pid() === undefined);
      await waitUntil('the operator ends', STOP_MS, undefined, ended).catch(() =>
        process.kill(pid, 'SIGKILL'),
      );
    }
    rmSync(this.#pidFile, { force: true });
    rmSync(this.logFile, { force: true });
  }

  /** Its pid while it runs: that of a process with its command line, not of one that got the number later. */
  #pid(): number | undefined {
    if (!existsSync(this.#pidFile)) return undefined;
    const pid = Number(readFileSync(this.#pidFile, 'utf8'));
    try {
      return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes(HINGE) ? pid : undefined;
    } catch {
      return undefined;
    }
  }
}
