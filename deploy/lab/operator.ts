import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LabError } from './errors.ts';
import type { Lab } from './lab.ts';
import { tail } from './log-tail.ts';
import { waitFor } from './wait.ts';

/** The program as `npm run build` makes it. */
const HINGE = resolve('dist/cli/main.js');
/** Running reconciles have some seconds to end before the operator exits by itself. */
const STOP_MS = 30_000;

/** `hinge run` on a lab, as a process of its own, which may outlive this one; its pid and its log are in the lab's directory. */
export class LabOperator {
  readonly logFile: string;
  readonly #pidFile: string;

  constructor(lab: Pick<Lab, 'dir'>) {
    this.logFile = join(lab.dir, 'hinge.log');
    this.#pidFile = join(lab.dir, 'hinge.pid');
  }

  /** Starts it; fine when it runs. Resolves when it leads. @param env added to the lab's variables. */
  async start(lab: Lab, signal?: AbortSignal, env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.pid === undefined) {
      const log = openSync(this.logFile, 'w');
      const child = spawn(process.execPath, [HINGE, 'run'], {
        detached: true,
        stdio: ['ignore', log, log],
        env: { ...process.env, ...lab.env, HINGE_LISTEN: '127.0.0.1:0', ...env },
      });
      closeSync(log);
      await once(child, 'spawn');
      writeFileSync(this.#pidFile, String(child.pid));
      child.unref();
    }
    await waitFor(
      'the operator to lead',
      () => {
        if (this.pid === undefined) throw new LabError('it ended');
        return this.log().includes('"message":"leading"') ? true : undefined;
      },
      { within: 30_000, signal, explain: () => tail(this.logFile) },
    );
  }

  /** Ends it in order, or the hard way when it takes too long; fine when it does not run. */
  async stop(): Promise<void> {
    const { pid } = this;
    if (pid !== undefined) {
      process.kill(pid, 'SIGTERM');
      await waitFor('the operator to end', () => (this.pid === undefined ? true : undefined), {
        within: STOP_MS,
      }).catch(() => process.kill(pid, 'SIGKILL'));
    }
    rmSync(this.#pidFile, { force: true });
    rmSync(this.logFile, { force: true });
  }

  /** Its pid while it runs: that of a process with its command line, not of one that got the number later. */
  get pid(): number | undefined {
    if (!existsSync(this.#pidFile)) return undefined;
    const pid = Number(readFileSync(this.#pidFile, 'utf8'));
    try {
      return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes(HINGE) ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  /** Where it serves probes and metrics. @throws LabError before it does. */
  get url(): string {
    const address = /"address":"([^"]+)"/.exec(this.log())?.[1];
    if (address === undefined) throw new LabError('the operator has not said yet where it serves');
    return `http://${address.replace(/^https?:\/\//, '')}`;
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }
}
