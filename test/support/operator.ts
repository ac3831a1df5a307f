import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { eventually } from './eventually.ts';
import { parseMetrics, type MetricSample } from './metric-samples.ts';

/** The program as it is shipped: `npm run build` makes it. */
export const HINGE = path.resolve('dist/cli/main.js');

/** Settings of whoever runs the tests are none of theirs. */
export const SURROUNDINGS = { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' };

export type Environment = Readonly<Record<string, string>>;

/** Runs a `hinge` command to its end; a non-zero exit is an answer, not an error. */
export async function hinge(
  env: Environment,
  args: readonly string[],
  input?: string | Uint8Array,
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [HINGE, ...args], {
    env: { ...SURROUNDINGS, ...env },
    extendEnv: false,
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
  if (exitCode === undefined) throw new Error(`hinge ${args.join(' ')} did not run: ${stderr}`);
  return { exitCode, stdout, stderr };
}

const logLine = z.looseObject({
  level: z.string(),
  time: z.string(),
  message: z.string(),
  err: z.looseObject({ message: z.string() }).optional(),
});

/** A line of the log without stacks. */
function shortened(line: string): string {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  const parsed = logLine.safeParse(entry);
  if (!parsed.success) return line;
  const { level, time, message, err, ...fields } = parsed.data;
  const more = err === undefined ? '' : ` – ${err.message}`;
  return `${time.slice(11, 23)} ${level} ${message} ${JSON.stringify(fields)}${more}`;
}

/** The built operator as a process of its own. If the test process dies, the kernel ends it. */
export class OperatorProcess {
  /** Says who is meant, in messages. */
  readonly name: string;
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | NodeJS.Signals>;
  #url: string | undefined;

  private constructor(name: string, directory: string, child: ChildProcess) {
    this.name = name;
    this.#directory = directory;
    this.#child = child;
    this.#exit = once(child, 'exit').then(
      ([code, signal]) => (code ?? signal ?? 0) as number | NodeJS.Signals,
    );
  }

  /** Starts it, and returns at once: `serving()` and `leading()` wait. */
  static async spawn(name: string, env: Environment): Promise<OperatorProcess> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-operator-'));
    const log = await open(path.join(directory, 'log'), 'a');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, HINGE, 'run'], {
      stdio: ['ignore', log.fd, log.fd],
      env: { ...SURROUNDINGS, HINGE_LISTEN: '127.0.0.1:0', ...env },
    });
    await log.close();
    return new OperatorProcess(name, directory, child);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until its probes answer. */
  async serving(): Promise<void> {
    await this.#until('serves probes', async () => {
      const log = await this.log();
      const address = /"address":"([^"]+)"/.exec(log)?.[1];
      if (address === undefined) throw new Error('it has not said where');
      this.#url = `http://${address.replace(/^https?:\/\//, '')}`;
    });
  }

  /** Waits until it leads. */
  async leading(timeoutMs = 30_000): Promise<void> {
    await this.serving();
    const leads = async (): Promise<void> => {
      if ((await this.metric('hinge_leader')) !== 1) throw new Error('hinge_leader is not 1');
    };
    await this.#until('leads', leads, timeoutMs);
  }

  /** Answer of a probe: status and text. */
  async get(where: string): Promise<{ readonly status: number; readonly text: string }> {
    if (this.#url === undefined) await this.serving();
    const reply = await fetch(`${this.#url ?? ''}${where}`, { signal: AbortSignal.timeout(10_000) });
    return { status: reply.status, text: await reply.text() };
  }

  async metrics(): Promise<readonly MetricSample[]> {
    return parseMetrics((await this.get('/metrics')).text);
  }

  /** Sum of all samples of a metric that have these labels. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const wanted = Object.entries(labels);
    return (await this.metrics())
      .filter(
        (sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
      )
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** Waits until it has nothing left to do: every key of every controller was worked on, and nothing waits. */
  async idle(timeoutMs = 60_000): Promise<void> {
    const check = async (): Promise<void> => {
      const samples = await this.metrics();
      const busy = samples.filter(
        ({ name, value }) =>
          value > 0 && (name === 'workqueue_depth' || name === 'controller_runtime_active_workers'),
      );
      if (busy.length > 0) throw new Error(busy.map(({ text }) => text).join('\n'));
    };
    await this.#until('has nothing to do', check, timeoutMs);
  }

  /** An orderly end. @returns its exit code */
  async stop(): Promise<number | NodeJS.Signals> {
    return this.#end('SIGTERM');
  }

  /** A crash. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** It stands still, with its connections open, until `resume()`: a machine that is suspended. */
  suspend(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async log(): Promise<string> {
    return readFile(path.join(this.#directory, 'log'), 'utf8').catch(() => '');
  }

  /** The end of its log, for messages. */
  async lastWords(lines = 40): Promise<string> {
    const log = (await this.log()).trimEnd().split('\n').slice(-lines).map(shortened);
    return `--- operator ${this.name}, the end of its log:\n${log.join('\n')}`;
  }

  /** Ends it however it is, and forgets its log. */
  async dispose(): Promise<void> {
    if (this.running) await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (this.running) this.#child.kill(signal);
    return this.#exit;
  }

  async #until(what: string, check: () => Promise<void>, timeoutMs = 30_000): Promise<void> {
    try {
      await eventually(
        async () => {
          if (this.running) await check();
        },
        { timeoutMs, message: `operator ${this.name} ${what}` },
      );
    } catch (error) {
      throw new Error(`${String(error)}\n${await this.lastWords()}`, { cause: error });
    }
    if (!this.running) throw new Error(`operator ${this.name} ended\n${await this.lastWords()}`);
  }
}
