import type { Duplex } from 'node:stream';
import PQueue from 'p-queue';
import { agentReply, type AgentReply, type AgentRequest, greeting, PROTOCOL } from './agent-protocol.ts';
import type { Engine } from './engine.ts';
import { failed } from './failure.ts';
import { FrameReader } from './frames.ts';
import { LineReader } from './lines.ts';

/** Milliseconds that the agent may take to start and greet, on a busy node. */
const GREETING_TIMEOUT_MS = 15_000;
/** Milliseconds beyond a command's own limit, at which the agent kills it, until the agent itself counts as dead. */
const GRACE_MS = 5_000;
/** Milliseconds without a word from the agent after which its life is checked, while somebody waits for it. */
const QUIET_MS = 1_000;
/** Characters kept of what the agent said besides its protocol. */
const KEPT_WORDS = 2000;

/** One agent process as the engine started it. */
export interface AgentProcess {
  /** Its standard input and output. */
  readonly stream: Duplex;
  /**
   * Whether the container that it was started in still runs: when that is killed, the agent dies with it, but Docker 20.10 leaves the
   * stream open for ever.
   */
  readonly isAlive: () => Promise<boolean>;
}

interface Pending {
  readonly resolve: (reply: AgentReply) => void;
  readonly reject: (why: string) => void;
}

/**
 * The stream to one agent process in a helper. Requests go out as they come, up to as many as the agent runs at once; replies
 * are told apart by their id. Once broken it stays so, and everything that waits fails: without a reply, a request may have run.
 */
export class AgentChannel {
  readonly #engine: Engine;
  readonly #process: AgentProcess;
  readonly #ended: () => void;
  readonly #frames = new FrameReader();
  readonly #lines = new LineReader();
  readonly #pending = new Map<string, Pending>();
  readonly #queue = new PQueue();
  #greeted: ((why: string | undefined) => void) | undefined;
  #watch: NodeJS.Timeout | undefined;
  /** Monotonic milliseconds at which the agent said something last. */
  #heard = performance.now();
  #words = '';
  #lastId = 0;
  #broken: string | undefined;

  private constructor(engine: Engine, process: AgentProcess, closing: AbortSignal, ended: () => void) {
    const { stream } = process;
    const close = (): void => this.#break('hinge is closing its connections');
    this.#engine = engine;
    this.#process = process;
    this.#ended = () => {
      closing.removeEventListener('abort', close);
      ended();
    };
    closing.addEventListener('abort', close);
    if (closing.aborted) close();
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.once('error', (error) => this.#break(error.message));
    stream.once('end', () => this.#break('the agent ended'));
    stream.once('close', () => this.#break('the agent ended'));
  }

  /**
   * Waits for the agent's greeting.
   * @param process just started.
   * @param closing ends the agent, which kills what it runs.
   * @param ended called once when the channel is broken.
   * @throws DockerError 'rejected' when the agent does not start or speaks another protocol.
   */
  static async open(
    engine: Engine,
    process: AgentProcess,
    closing: AbortSignal,
    ended: () => void,
  ): Promise<AgentChannel> {
    const channel = new AgentChannel(engine, process, closing, ended);
    const timer = setTimeout(
      () => channel.#break(`no greeting within ${GREETING_TIMEOUT_MS / 1000} s`),
      GREETING_TIMEOUT_MS,
    );
    const why = await channel.#greeting();
    clearTimeout(timer);
    if (why !== undefined) throw failed('rejected', engine.attempt("starting the helper's agent"), why);
    return channel;
  }

  /**
   * @param before called when it is this request's turn, right before it is sent; may throw.
   * @throws DockerError 'unreachable' when the agent ends before it answers; a dead one is noticed 5 s after the time-out.
   */
  async request(
    request: AgentRequest,
    doing: string,
    before: () => void = () => undefined,
  ): Promise<AgentReply> {
    return this.#queue.add(
      () =>
        new Promise<AgentReply>((resolve, reject) => {
          before();
          const fail = (why: string): void => reject(failed('unreachable', this.#engine.attempt(doing), why));
          if (this.#broken !== undefined) {
            fail(this.#broken);
            return;
          }
          const id = String(++this.#lastId);
          const limit = request.timeoutMs + GRACE_MS;
          const timer = setTimeout(
            () => this.#break(`the agent does not answer within ${limit / 1000} s`),
            limit,
          );
          this.#pending.set(id, {
            resolve: (reply) => {
              clearTimeout(timer);
              resolve(reply);
            },
            reject: (why) => {
              clearTimeout(timer);
              fail(why);
            },
          });
          this.#process.stream.write(`${JSON.stringify({ id, ...request })}\n`);
          this.#watch ??= setInterval(() => void this.verify(), QUIET_MS);
        }),
    );
  }

  /** Breaks the channel if the agent is dead. Asks the engine only when the agent has been quiet. */
  async verify(): Promise<void> {
    if (this.#broken !== undefined || performance.now() - this.#heard < QUIET_MS) return;
    // An engine that does not answer says nothing about the agent.
    if (!(await this.#process.isAlive().catch(() => true))) this.#break('the agent ended with its container');
  }

  get broken(): boolean {
    return this.#broken !== undefined;
  }

  /** Why there is none; undefined when it came. */
  async #greeting(): Promise<string | undefined> {
    if (this.#broken !== undefined) return this.#broken;
    return new Promise((resolve) => (this.#greeted = resolve));
  }

  #read(chunk: Buffer): void {
    let speaking: string = chunk.toString();
    this.#heard = performance.now();
    try {
      for (const frame of this.#frames.read(chunk)) {
        if (frame.stream === 'stderr') {
          this.#words = (this.#words + frame.bytes.toString()).slice(-KEPT_WORDS);
          continue;
        }
        for (const line of this.#lines.read(frame.bytes)) {
          speaking = line;
          this.#receive(JSON.parse(line));
        }
      }
    } catch {
      // Most often a message of the container runtime, such as "executable file not found in $PATH".
      this.#words = speaking.slice(0, KEPT_WORDS);
      this.#break('its answer is not in its protocol');
    }
  }

  #receive(message: unknown): void {
    if (this.#greeted !== undefined) {
      const { protocol, concurrency } = greeting.parse(message);
      if (protocol === PROTOCOL) {
        this.#queue.concurrency = concurrency;
        this.#greeted(undefined);
        this.#greeted = undefined;
      } else {
        this.#break(
          `the agent speaks protocol ${protocol}, hinge ${PROTOCOL}: use the helper image of this version`,
        );
      }
      return;
    }
    const reply = agentReply.parse(message);
    const id = reply.id ?? '';
    // Without an id the agent could not even read the request, and somebody waits for nothing until time is up.
    this.#pending.get(id)?.resolve(reply);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#stopWatching();
  }

  #stopWatching(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #break(cause: string): void {
    if (this.#broken !== undefined) return;
    const words = this.#words.trim();
    const why = words === '' ? cause : `${cause}: ${words}`;
    this.#broken = why;
    this.#process.stream.destroy();
    this.#greeted?.(why);
    for (const pending of this.#pending.values()) pending.reject(why);
    this.#pending.clear();
    this.#stopWatching();
    this.#ended();
  }
}
