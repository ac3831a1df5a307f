import type { DockerError, DockerFailure } from '../../core/failure.ts';
import { constants } from 'node:os';
import type { CommandResult, NamespaceCommand } from '../../ports/node-engine.ts';
import { AgentChannel } from './agent-channel.ts';
import type { AgentReply, AgentRequest } from './agent-protocol.ts';
import type { Engine } from './engine.ts';
import { inspectRunning, startExec } from './exec.ts';
import { failed, isFailure } from './failure.ts';

/** Program in the helper's image. */
const AGENT = 'hinge-agent';

/** What a command of each kind enters. */
export const NAMESPACES: Readonly<Record<NamespaceCommand['namespaces'], AgentRequest['namespaces']>> = {
  net: ['net'],
  all: ['net', 'mount', 'pid', 'uts', 'ipc'],
};

/** Bytes kept of stdout and of stderr. Half an answer is none: what is longer is an error. */
const MAX_OUTPUT = 8 * 1024 * 1024;

/**
 * Runs commands in the namespaces of this node's containers, through one agent process in the helper. It is started with the
 * first command, and again with the first one after it ended.
 */
export class HelperAgent {
  readonly #engine: Engine;
  readonly #helper: string;
  /** Process ids by container id: one inspect per container, not per command. The agent refuses one that is no longer right. */
  readonly #pids = new Map<string, number>();
  readonly #closing = new AbortController();
  #channel: Promise<AgentChannel> | undefined;

  /** @param helper the helper's container name. */
  constructor(engine: Engine, helper: string) {
    this.#engine = engine;
    this.#helper = helper;
  }

  /** @throws DockerError, see NodeEngine.run. */
  async run(command: NamespaceCommand): Promise<CommandResult> {
    const doing = `running ${command.argv[0] ?? ''} in container ${command.containerId.slice(0, 12)}`;
    let reply = await this.#send(command, doing);
    if ('error' in reply && reply.error === 'stale-pid') {
      this.#pids.delete(command.containerId);
      reply = await this.#send(command, doing);
    }
    return this.#result(reply, doing);
  }

  /** Forgets all containers but these. */
  retain(running: ReadonlySet<string>): void {
    for (const id of this.#pids.keys()) if (!running.has(id)) this.#pids.delete(id);
  }

  /** Ends the agent, which kills what it runs. */
  close(): void {
    this.#closing.abort();
  }

  async #send(command: NamespaceCommand, doing: string): Promise<AgentReply> {
    const { containerId, argv, stdin, timeoutMs } = command;
    const pid = await this.#pid(containerId, doing);
    const channel = await this.#open();
    return channel.request(
      {
        argv,
        namespaces: NAMESPACES[command.namespaces],
        container: containerId,
        pid,
        ...(stdin === undefined ? {} : { stdin }),
        timeoutMs,
        maxOutput: MAX_OUTPUT,
      },
      doing,
      command.changes === true ? () => this.#engine.assertMayChange() : undefined,
    );
  }

  async #pid(containerId: string, doing: string): Promise<number> {
    const known = this.#pids.get(containerId);
    if (known !== undefined) return known;
    const { State } = await inspectRunning(this.#engine, containerId, doing);
    this.#pids.set(containerId, State.Pid);
    return State.Pid;
  }

  /** The agent that runs, or a new one; who asks at the same time shares one start. */
  async #open(): Promise<AgentChannel> {
    const channel = await this.#channel;
    await channel?.verify();
    if (channel?.broken === false) return channel;
    this.#channel ??= this.#start().catch((error: unknown) => {
      this.#channel = undefined;
      throw error;
    });
    return this.#channel;
  }

  async #start(): Promise<AgentChannel> {
    const doing = `starting the agent in ${this.#helper}`;
    const { Id, State } = await inspectRunning(this.#engine, this.#helper, doing);
    const { stream } = await startExec(this.#engine, Id, AGENT, doing);
    const isAlive = async (): Promise<boolean> => {
      try {
        return (await inspectRunning(this.#engine, Id, doing)).State.Pid === State.Pid;
      } catch (error) {
        if (isFailure(error, 'not-found') || isFailure(error, 'conflict')) return false;
        throw error;
      }
    };
    const ended = (): void => {
      this.#channel = undefined;
    };
    return AgentChannel.open(this.#engine, { stream, isAlive }, this.#closing.signal, ended);
  }

  #result(reply: AgentReply, doing: string): CommandResult {
    if ('error' in reply) {
      // The container ended while the command was on its way; what engine and agent know will agree again soon.
      const kind = reply.error === 'stale-pid' ? 'conflict' : 'rejected';
      throw this.#failed(kind, doing, `${reply.error}: ${reply.message}`);
    }
    if (reply.timedOut === true) throw this.#failed('timeout', doing, 'time is up; the command was killed');
    if (reply.targetGone === true) throw this.#failed('conflict', doing, 'the container ended meanwhile');
    if (reply.truncated === true)
      throw this.#failed('rejected', doing, `more output than ${MAX_OUTPUT} bytes`);
    const { stdout, stderr } = reply;
    return { exitCode: reply.exitCode ?? exitCodeOf(reply.signal), stdout, stderr };
  }

  #failed(kind: DockerFailure, doing: string, words: string): DockerError {
    return failed(kind, this.#engine.attempt(doing), words);
  }
}

const SIGNALS: Readonly<Record<string, number>> = constants.signals;

/** As a shell says it: 128 and the signal's number. */
const exitCodeOf = (signal: string | undefined): number => 128 + (SIGNALS[signal ?? ''] ?? 0);
