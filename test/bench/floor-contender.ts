import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../../deploy/lab/lab.ts';
import { within } from '../../deploy/lab/wait.ts';
import type { Keys } from '../../src/api/keys.ts';
import { testbedToken } from '../../src/core/plan/names.ts';
import type { Built, Contender, Cost, DockerCalls } from './contender.ts';
import type { Answer, Order } from './floor/messages.ts';
import { planOf, type WrittenKey } from './plan.ts';
import { type Usage, usageOf } from './usage.ts';

const ORDER_MS = 120_000;
const HELPER_IMAGE = 'hinge/helper:1';

/** The same testbed by direct calls: a script in a process of its own, as the operator is one. */
export class FloorContender implements Contender {
  readonly name = 'floor';
  readonly #lab: Lab;
  readonly #keys: Keys;
  readonly #written: readonly WrittenKey[];
  #runs = 0;
  #child: ChildProcess | undefined;
  #before: Usage | undefined;
  #calls: DockerCalls = { writes: 0, reads: 0 };

  constructor(lab: Lab, keys: Keys, written: readonly WrittenKey[]) {
    this.#lab = lab;
    this.#keys = keys;
    this.#written = written;
  }

  async prepare(): Promise<void> {
    this.#runs += 1;
    const script = fileURLToPath(import.meta.resolve('./floor/main.ts'));
    this.#child = fork(script, {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    await this.#order({
      type: 'prepare',
      task: {
        nodes: this.#lab.nodes.map(({ name, socket }) => ({ name, socket })),
        desired: planOf(this.#written, this.#keys, `floor-${String(process.pid)}-${String(this.#runs)}`),
        prefix: this.#keys.prefix,
        helper: { name: `${testbedToken(this.#keys.prefix)}-helper`, image: HELPER_IMAGE },
      },
    });
    this.#before = this.#usage();
  }

  async build(): Promise<Built> {
    const { began, ended, calls } = await this.#order({ type: 'build' });
    this.#calls = calls;
    return { began, proven: ended, ready: undefined };
  }

  cost(): Promise<Cost> {
    const usage = this.#usage();
    const cpuSeconds = usage.cpuSeconds - (this.#before?.cpuSeconds ?? 0);
    return Promise.resolve({ usage: { ...usage, cpuSeconds }, docker: this.#calls, etcdWrites: 0 });
  }

  async takeApart(): Promise<void> {
    await this.#order({ type: 'take-apart' });
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async #order(order: Order): Promise<Extract<Answer, { type: 'done' }>> {
    const child = this.#child;
    if (child === undefined) throw new Error('not prepared');
    const ended = once(child, 'exit').then((): never => {
      throw new Error(`the floor's script ended while it was to ${order.type}`);
    });
    ended.catch(() => undefined);
    const answered = once(child, 'message').then(([answer]) => answer as Answer);
    child.send(order);
    const answer = await within(ORDER_MS, `the floor: ${order.type}`, Promise.race([answered, ended]));
    if (answer.type === 'failed') throw new Error(`the floor failed to ${order.type}: ${answer.message}`);
    return answer;
  }

  #usage(): Usage {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('not prepared');
    return usageOf(pid);
  }
}
