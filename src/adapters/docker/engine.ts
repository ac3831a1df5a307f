import type { DockerFailure } from '../../core/failure.ts';
import PQueue from 'p-queue';
import type { ZodType } from 'zod';
import { type ClientOptions, type EngineClient, openClient } from './client.ts';
import type { DockerApi } from './docker-api.ts';
import type { NodeEndpoint } from './endpoint.ts';
import { asDockerError, type Attempt, failed } from './failure.ts';

/** Told of every call when it is over: for metrics. `seconds` counts from the send, without the wait for a free place. */
export type ObserveCall = (
  node: string,
  call: string,
  seconds: number,
  outcome: 'ok' | DockerFailure,
) => void;

export interface EngineOptions extends ClientOptions {
  /** Calls that one engine works on at a time. */
  readonly concurrency?: number | undefined;
  /** Milliseconds that an ordinary call may take. */
  readonly timeoutMs?: number | undefined;
  readonly observe?: ObserveCall | undefined;
  /** Asked right before a change is sent; throws when it may not be made any more. */
  readonly mayChange?: (() => void) | undefined;
}

export interface Call<T> {
  /** Constant, for metrics: `container.connect`. */
  readonly name: string;
  /** For people: `plugging network x into container y`. */
  readonly doing: string;
  /** Milliseconds, when the call is not an ordinary one. */
  readonly timeoutMs?: number;
  /** The needed part of the answer; anything else is a failure of the call. */
  readonly reply: ZodType<T>;
  /** The signal ends the request when time is up; whether it is heeded or not, the caller is answered in time. */
  readonly send: (docker: DockerApi, abortSignal: AbortSignal) => Promise<unknown>;
}

const DEFAULT_CONCURRENCY = 4;
const DEFAULT_TIMEOUT_MS = 10_000;
/** Milliseconds for which an engine that hangs is not asked again: what has queued up fails at once, not one by one. */
const REST_MS = 2_000;
const CLOSED = 'hinge is closing its connections';

/**
 * Calls to one engine. Each is over in bounded time: dockerode has no timeout of its own, and a reply that is cut in mid-body
 * never settles its promise whatever timeout or signal it was given, so every call races a timer of ours.
 */
export class Engine {
  readonly node: string;
  readonly url: string;
  readonly #client: EngineClient;
  readonly #queue: PQueue;
  readonly #timeoutMs: number;
  readonly #observe: ObserveCall;
  readonly #mayChange: () => void;
  readonly #inFlight = new Set<(kind: DockerFailure, words: string) => void>();
  /** Monotonic milliseconds. */
  #lastAnswer = 0;
  #restsUntil = 0;
  #closed = false;

  constructor(endpoint: NodeEndpoint, options: EngineOptions = {}) {
    this.node = endpoint.node;
    this.url = endpoint.url;
    this.#client = openClient(endpoint, options);
    this.#queue = new PQueue({ concurrency: options.concurrency ?? DEFAULT_CONCURRENCY });
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#observe = options.observe ?? (() => undefined);
    this.#mayChange = options.mayChange ?? (() => undefined);
  }

  /** A call that a change waits for; it waits for its turn. @throws DockerError */
  async call<T>(call: Call<T>): Promise<T> {
    return this.#queue.add(() => this.callNow(call));
  }

  /** A call that changes something; it waits for its turn, and much may have happened until then. @throws DockerError, or what mayChange throws */
  async change<T>(call: Call<T>): Promise<T> {
    return this.#queue.add(async () => {
      this.assertMayChange();
      return this.callNow(call);
    });
  }

  /** For changes that are made by other means than a call. @throws what mayChange throws */
  assertMayChange(): void {
    this.#mayChange();
  }

  /** A call that does not wait for its turn: the few reads that everything else depends on. @throws DockerError */
  async callNow<T>(call: Call<T>): Promise<T> {
    const attempt = this.attempt(call.doing);
    const started = performance.now();
    if (this.#closed) throw failed('unreachable', attempt, CLOSED);
    if (started < this.#restsUntil) throw failed('timeout', attempt, 'not tried: the engine does not answer');
    const finish = (outcome: 'ok' | DockerFailure): void =>
      this.#observe(this.node, call.name, (performance.now() - started) / 1000, outcome);
    try {
      const value = await this.#race(call, attempt);
      finish('ok');
      this.#lastAnswer = performance.now();
      return value;
    } catch (error) {
      const failure = asDockerError(error, attempt);
      finish(failure.kind);
      if (failure.kind !== 'timeout') this.#lastAnswer = performance.now();
      else if (this.#lastAnswer < started) this.#restsUntil = performance.now() + REST_MS;
      throw failure;
    }
  }

  /** For messages about this engine. */
  attempt(doing: string): Attempt {
    return { node: this.node, url: this.url, doing };
  }

  /** Ends all calls and connections. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#inFlight) cancel('unreachable', CLOSED);
    this.#client.close();
  }

  #race<T>(call: Call<T>, attempt: Attempt): Promise<T> {
    const timeoutMs = call.timeoutMs ?? this.#timeoutMs;
    const request = new AbortController();
    return new Promise<T>((resolve, reject) => {
      const settled = (): void => {
        clearTimeout(timer);
        this.#inFlight.delete(cancel);
      };
      const cancel = (kind: DockerFailure, words: string): void => {
        settled();
        reject(failed(kind, attempt, words));
        request.abort();
      };
      const timer = setTimeout(() => cancel('timeout', `no answer within ${timeoutMs / 1000} s`), timeoutMs);
      this.#inFlight.add(cancel);
      call
        .send(this.#client.docker, request.signal)
        .then((answer) => call.reply.parse(answer))
        .finally(settled)
        .then(resolve, reject);
    });
  }
}
