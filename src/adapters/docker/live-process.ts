import { once } from 'node:events';
import type { Clock } from '../../ports/clock.ts';
import type { LiveCommand, LiveProcess, TerminalSize } from '../../ports/live-commands.ts';
import { NAMESPACES } from './agent.ts';
import type { Engine } from './engine.ts';
import { execExitCode, inspectRunning, type StartedExec, startExec } from './exec.ts';
import { failed } from './failure.ts';
import { FrameReader } from './frames.ts';

/** Program in the helper's image: one command with streams of its own, as deploy/images/helper/PROTOCOL.md has it. */
const ATTACH = 'hinge-attach';

/** Milliseconds between two looks whether it still runs: when the helper is killed, Docker 20.10 leaves the stream open for ever. */
const ALIVE_MS = 2_000;
/** Milliseconds after which the engine is asked again that does not know yet that it ended, and how often at most. */
const ENDING_MS = 20;
const ENDING_TRIES = 100;

/** What hinge-attach is told after its request. */
type Message =
  | { readonly input: string }
  | { readonly end: true }
  | { readonly signal: 'INT' }
  | { readonly rows: number; readonly columns: number };

/** A command that runs in the namespaces of one of this node's containers, through a process of its own in the helper. */
export class HelperProcess implements LiveProcess {
  readonly exitCode: Promise<number>;
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #exec: StartedExec;
  readonly #doing: string;
  /** Monotonic milliseconds at which something came last; undefined while it is being received. */
  #heard: number | undefined = performance.now();
  #gone = false;

  private constructor(
    engine: Engine,
    clock: Clock,
    exec: StartedExec,
    doing: string,
    receive: LiveCommand['receive'],
  ) {
    this.#engine = engine;
    this.#clock = clock;
    this.#exec = exec;
    this.#doing = doing;
    this.exitCode = this.#serve(receive);
  }

  /**
   * @param helper the helper's container name.
   * @throws DockerError
   */
  static async start(
    engine: Engine,
    clock: Clock,
    helper: string,
    containerId: string,
    command: LiveCommand,
  ): Promise<HelperProcess> {
    const { argv, namespaces, terminal, receive } = command;
    const doing = `running ${argv[0] ?? ''} in container ${containerId.slice(0, 12)}`;
    const { State } = await inspectRunning(engine, containerId, doing);
    const { Id } = await inspectRunning(engine, helper, doing);
    const exec = await startExec(engine, Id, ATTACH, doing);
    const process = new HelperProcess(engine, clock, exec, doing, receive);
    const request = { argv, namespaces: NAMESPACES[namespaces], container: containerId, pid: State.Pid };
    exec.stream.write(`${JSON.stringify({ ...request, ...(terminal !== undefined && { terminal }) })}\n`);
    return process;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#send({ input: Buffer.from(bytes).toString('base64') })) return;
    await Promise.race([once(this.#exec.stream, 'drain'), this.exitCode]);
  }

  endInput(): void {
    this.#send({ end: true });
  }

  resize({ rows, columns }: TerminalSize): void {
    this.#send({ rows, columns });
  }

  interrupt(): void {
    this.#send({ signal: 'INT' });
  }

  /** @returns whether there is room for more; what comes after the end is nobody's any more. */
  #send(message: Message): boolean {
    const { stream } = this.#exec;
    return !stream.writable || stream.write(`${JSON.stringify(message)}\n`);
  }

  async #serve(receive: LiveCommand['receive']): Promise<number> {
    const { stream, id } = this.#exec;
    const watch = setInterval(() => void this.#verify(), ALIVE_MS);
    try {
      await this.#read(receive);
    } catch (error) {
      if (!this.#gone) throw error;
    } finally {
      clearInterval(watch);
      stream.destroy();
    }
    for (let tries = 0; tries < ENDING_TRIES; tries += 1) {
      const code = await execExitCode(this.#engine, id, this.#doing);
      if (code !== undefined) return code;
      await this.#clock.delay(ENDING_MS);
    }
    throw this.#failed('the connection broke; the command is killed');
  }

  async #read(receive: LiveCommand['receive']): Promise<void> {
    const frames = new FrameReader();
    for await (const chunk of this.#exec.stream as AsyncIterable<Buffer>) {
      this.#heard = undefined;
      for (const { stream, bytes } of this.#framesOf(frames, chunk)) await receive(stream, bytes);
      this.#heard = performance.now();
    }
  }

  #isQuiet(): boolean {
    return this.#heard !== undefined && performance.now() - this.#heard >= ALIVE_MS;
  }

  /** Gives it up when it has ended and the stream does not. Asks the engine only when it has been quiet. */
  async #verify(): Promise<void> {
    if (!this.#isQuiet()) return;
    try {
      if ((await execExitCode(this.#engine, this.#exec.id, this.#doing)) === undefined) return;
    } catch {
      return; // an engine that does not answer says nothing about the command
    }
    if (!this.#isQuiet()) return;
    this.#gone = true;
    this.#exec.stream.destroy();
  }

  #framesOf(frames: FrameReader, chunk: Buffer): ReturnType<FrameReader['read']> {
    try {
      return frames.read(chunk);
    } catch {
      // A message of the container runtime, such as "executable file not found in $PATH".
      const words = chunk.toString().trim().slice(0, 500);
      throw this.#failed(`${words} (the helper needs the image of this version of hinge)`);
    }
  }

  #failed(words: string): Error {
    return failed('rejected', this.#engine.attempt(this.#doing), words);
  }
}
