import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { LabError } from './errors.ts';
import { makeDir, type LabLayout, type NodeLayout } from './layout.ts';
import { tail } from './log-tail.ts';
import { setCable } from './network.ts';
import {
  commandName,
  findInits,
  findProcess,
  isInit,
  processState,
  processesInNetns,
  sendSignal,
  suspend,
  terminate,
  waitForEnd,
} from './processes.ts';
import { run, type RunOptions, type RunResult } from './run.ts';
import { waitFor, within } from './wait.ts';

export type EngineState = 'running' | 'paused' | 'stopped' | 'off';

const machineScript = join(import.meta.dirname, 'machine.sh');

/** Milliseconds. An engine of a Swarm that has no majority answers only after 20 s of waiting for one. */
const answerLimit = 60_000;

/**
 * A pid file of an engine that was killed could name a process that lives now. The settings of Go's collector: an engine
 * runs itself anew seven times for every network that comes to a node, and those short lives spend two fifths of
 * their time collecting garbage; so it is left lying until there are 256 MiB of it.
 */
const startScript = `
  rm -f /run/docker.pid
  log=$1
  shift
  export GOGC=off GOMEMLIMIT=256MiB
  exec setsid --fork dockerd "$@" >>"$log" 2>&1 </dev/null`;

/**
 * One machine of the lab: namespaces with an init of their own, and in them an engine. The engine can be stopped, killed
 * and paused while the machine stays; the machine can lose its power and its cable.
 */
export class LabNode {
  readonly name: string;
  readonly socket: string;
  readonly address: string;
  readonly netns: string;
  /** A client of this node's engine. It has no timeouts of its own: bound your calls. */
  readonly docker: Docker;
  readonly layout: NodeLayout;
  readonly #lab: LabLayout;
  readonly #rejoined: (node: LabNode, signal: AbortSignal | undefined) => Promise<void>;

  constructor(
    lab: LabLayout,
    index: number,
    rejoined: (node: LabNode, signal: AbortSignal | undefined) => Promise<void>,
  ) {
    this.#lab = lab;
    this.#rejoined = rejoined;
    this.layout = lab.node(index);
    this.name = this.layout.name;
    this.socket = this.layout.socket;
    this.address = this.layout.address;
    this.netns = this.layout.netns;
    this.docker = new Docker({ socketPath: this.socket });
  }

  /** The engine's process, as the machine counts. Undefined when it does not run. */
  get pid(): number | undefined {
    return findProcess('dockerd', this.#configFlag);
  }

  /** Process 1 of the node, as the machine counts. Undefined when the node is off. */
  get init(): number | undefined {
    return processesInNetns(this.netns).find((pid) => isInit(pid));
  }

  get state(): EngineState {
    const { pid } = this;
    if (pid !== undefined) return processState(pid) === 'T' ? 'paused' : 'running';
    return this.init === undefined ? 'off' : 'stopped';
  }

  /** Ends the engine in good order, and with it the node's containers. */
  async stop(): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    sendSignal(pid, 'SIGCONT');
    await terminate(pid, `the engine of ${this.name}`, 25_000);
  }

  /** The engine crashes; containers live on without it. Returns once it is dead, if the signal kills at once. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    sendSignal(pid, signal);
    if (signal === 'SIGKILL') await waitForEnd(pid, `the engine of ${this.name}`, 5000);
  }

  /**
   * Brings the engine back (and the machine, if that is off), and returns once it answers and is a ready member of the
   * Swarm again. `rejoin: false` returns when it answers, for when the Swarm has no majority without this node's peers.
   */
  async start(options: { rejoin?: boolean; signal?: AbortSignal | undefined } = {}): Promise<void> {
    await this.startEngine(options.signal);
    if (options.rejoin !== false) await this.#rejoined(this, options.signal);
  }

  /** The engine hangs, with its connections open, until resume(). */
  async pause(): Promise<void> {
    await suspend(this.pid, `the engine of ${this.name}`);
  }

  resume(): void {
    if (this.pid !== undefined) sendSignal(this.pid, 'SIGCONT');
  }

  /** Pulls the node's cable: cut off from the other nodes, though not from the unix socket of its engine. */
  async disconnect(): Promise<void> {
    await setCable(this.#lab, this.layout, false);
  }

  async connect(): Promise<void> {
    await setCable(this.#lab, this.layout, true);
  }

  /** The whole machine loses power: engine, containers and everything else die at once. start() brings it back. */
  async powerOff(): Promise<void> {
    for (const pid of processesInNetns(this.netns)) sendSignal(pid, 'SIGKILL');
    await waitFor(
      `the processes of ${this.name} to end`,
      () => (processesInNetns(this.netns).length === 0 ? true : undefined),
      { within: 10_000, explain: () => `still there: ${processesInNetns(this.netns).join(', ')}` },
    );
  }

  /** Runs a command on the node, as if logged in there. Pids of its containers, as the engine tells them, hold here. */
  async exec(command: readonly [string, ...string[]], options: RunOptions = {}): Promise<RunResult> {
    const { init } = this;
    if (init === undefined)
      throw new LabError(`${this.name} is off; start it before running ${command[0]} there`);
    return run('nsenter', ['--target', String(init), '--all', '--root', '--', ...command], options);
  }

  /** Whether the engine answers, soon. */
  async answers(): Promise<boolean> {
    try {
      await within(2000, this.name, this.docker.ping());
      return true;
    } catch {
      return false;
    }
  }

  /** Boots the machine if it is off, and starts the engine if it is not running. Returns once it answers. */
  async startEngine(signal?: AbortSignal): Promise<void> {
    await this.#boot(signal);
    if (this.pid === undefined) {
      await this.exec(['sh', '-c', startScript, 'sh', this.layout.log, this.#configFlag]);
    }
    await waitFor(
      `the engine of ${this.name} to answer`,
      async () => {
        if (await this.answers()) return true;
        if (this.pid === undefined) throw new LabError('it does not run');
        return undefined;
      },
      { within: answerLimit, every: 50, signal, explain: () => tail(this.layout.log) },
    );
  }

  get #configFlag(): string {
    return `--config-file=${this.layout.config}`;
  }

  async #boot(signal: AbortSignal | undefined): Promise<void> {
    if (this.init !== undefined) return;
    const { dir, machineLog } = this.layout;
    makeDir(dir);
    if (this.socket.startsWith(this.#lab.runtimeDir)) {
      makeDir(this.#lab.runtimeDir);
      rmSync(join(dir, 'docker.sock'), { force: true });
      symlinkSync(this.socket, join(dir, 'docker.sock'));
    }
    writeFileSync(this.layout.config, JSON.stringify(this.#engineConfig(), undefined, 2));
    // What is left of a node whose network namespace has lost its name cannot be reached any more.
    for (const stray of findInits(this.layout.mark)) sendSignal(stray, 'SIGKILL');
    const enter = [`--net=/run/netns/${this.netns}`, '--'];
    const leave = ['unshare', '--mount', '--uts', '--ipc', '--pid', '--propagation', 'slave'];
    // This shell stays outside the new pid namespace; its one child is the node's process 1.
    const boot = ['sh', '-c', 'log=$1; shift; setsid sh "$@" >"$log" 2>&1 </dev/null &', 'sh'];
    const machine = [machineLog, machineScript, this.name, this.#lab.runtimeDir];
    await run('nsenter', [...enter, ...leave, ...boot, ...machine], { env: this.layout.markVariable });
    await waitFor(
      `${this.name} to boot`,
      () => {
        const { init } = this;
        if (init === undefined) throw new LabError('it has no process');
        return commandName(init) === 'sh' ? undefined : true;
      },
      { within: 10_000, every: 50, signal, explain: () => tail(machineLog) },
    );
  }

  #engineConfig(): Record<string, unknown> {
    return {
      hosts: [`unix://${this.socket}`],
      'data-root': this.layout.dataDir,
      'exec-root': '/run/docker',
      pidfile: '/run/docker.pid',
      'cgroup-parent': this.layout.cgroup,
      'exec-opts': ['native.cgroupdriver=cgroupfs'],
      'log-opts': { 'max-size': '10m' },
      'live-restore': false,
    };
  }
}
