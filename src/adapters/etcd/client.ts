import type { Etcd3 } from 'etcd3';
import { StoreError } from '../../core/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import { backoff } from './backoff.ts';
import { bounded } from './bounded.ts';
import { isTokenOld, passes, storeError, toStoreError } from './errors.ts';
import { hangUp } from './hang-up.ts';
import {
  type Address,
  addressOf,
  DEFAULT_SILENCE_MS,
  DEFAULT_TIMEOUT_MS,
  type EtcdOptions,
  grpcDeadline,
} from './options.ts';

/** Options of one gRPC call: its deadline. */
export type CallOptions = NonNullable<Parameters<Etcd3['kv']['range']>[1]>;
export type Call<T> = (etcd: Etcd3, options: CallOptions) => Promise<T>;

interface Endpoint extends Address {
  etcd: Etcd3;
  /** Monotonic time of its last answer. */
  answeredAt: number;
  /** Monotonic time of its last new token. */
  renewedAt: number;
  failing: boolean;
}

export interface Limits {
  /** In milliseconds; less than the client's if the caller has less time. */
  readonly boundMs?: number;
  /** Ends the waiting at once, with its reason. */
  readonly signal?: AbortSignal;
}

export interface Opened<T> {
  readonly stream: T;
  readonly endpoint: string;
  /** Turns what ended the stream into an error, and the following calls to another endpoint. */
  readonly broken: (cause: unknown) => StoreError;
}

/** Told of every call's end. @param call its verb, such as `list` @param outcome `ok` or a StoreFailure */
type Observe = (call: string, outcome: string) => void;

const ignore: Observe = () => undefined;

interface ClientDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly observe?: Observe;
}

/** Calls are named by a verb and what it is about: `list /hinge/`. */
const verb = (name: string): string => name.split(' ', 1)[0] ?? name;

/** An endpoint that answered within so many milliseconds is written to without asking first. */
const FRESH_MS = 1_000;

/** A token is not renewed more often: each takes etcd a tenth of a second of computing. */
const RENEW_MS = 1_000;

/**
 * The endpoints of one etcd cluster: which of them is used, how long a call may take, and what may be tried again.
 * Stays with an endpoint while it answers; a failure moves every following call to the next one.
 */
export class EtcdClient {
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly clock: Clock;
  readonly #log: Logger;
  readonly #observe: Observe;
  readonly #endpoints: readonly Endpoint[];
  #current: Endpoint;
  #closed = false;

  /** Connects at the first call. @throws StoreError 'invalid' for options that cannot be used. */
  constructor(options: EtcdOptions, { clock, log, observe = ignore }: ClientDeps) {
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.silenceMs = options.silenceMs ?? DEFAULT_SILENCE_MS;
    this.clock = clock;
    this.#log = log;
    this.#observe = observe;
    this.#endpoints = options.endpoints.map((endpoint) => {
      const address = addressOf(endpoint, options);
      return {
        ...address,
        etcd: address.connect(),
        answeredAt: -Infinity,
        renewedAt: -Infinity,
        failing: false,
      };
    });
    const [first] = this.#endpoints;
    if (first === undefined) throw new StoreError('invalid', 'etcd needs at least one endpoint (host:port)');
    this.#current = first;
  }

  /**
   * A call that may be sent more than once: tries every endpoint, each with its share of the bound, and
   * begins again while time is left.
   * @param name what is called, and for which key.
   */
  async read<T>(name: string, call: Call<T>, limits: Limits = {}): Promise<T> {
    const { boundMs = this.timeoutMs, signal } = limits;
    const count = this.#endpoints.length;
    const end = this.clock.monotonicMs() + boundMs;
    let reason: StoreError | undefined;
    for (let tries = 1; ; tries += 1) {
      const left = end - this.clock.monotonicMs();
      try {
        return await this.#attempt(name, this.#current, call, Math.min(boundMs / count, left), signal);
      } catch (error) {
        if (!(error instanceof StoreError) || !passes(error) || this.#closed) throw error;
        const pause = tries % count === 0 ? backoff(tries / count) : 0;
        // Why it cannot be reached says more than that the last try had no time left.
        if (error.kind === 'unavailable') reason = error;
        if (this.clock.monotonicMs() + pause >= end) throw reason ?? error;
        if (pause > 0) await this.clock.delay(pause, signal);
      }
    }
  }

  /**
   * A call that is sent at most once, for its outcome is unknown when no answer comes. With several
   * endpoints, one that was not heard of lately is asked for `probe` first, so that the write does not go
   * into a black hole.
   */
  async write<T>(name: string, call: Call<T>, probe: Call<unknown>): Promise<T> {
    const unheard = this.clock.monotonicMs() - this.#current.answeredAt > FRESH_MS;
    const asked = this.#endpoints.length > 1 && unheard;
    if (asked) await this.read(name, probe, { boundMs: this.timeoutMs / 2 });
    return await this.#attempt(name, this.#current, call, asked ? this.timeoutMs / 2 : this.timeoutMs);
  }

  /** Opens a stream on the endpoint in use; its user says when it broke. */
  async stream<T extends { end(): unknown; cancel(): void }>(
    name: string,
    open: (etcd: Etcd3) => Promise<T>,
    signal: AbortSignal,
  ): Promise<Opened<T>> {
    const endpoint = this.#current;
    const opening = open(endpoint.etcd);
    try {
      const stream = await bounded(this.clock, this.timeoutMs, opening, signal);
      return { stream, endpoint: endpoint.name, broken: (cause) => this.#failed(name, endpoint, cause) };
    } catch (cause) {
      opening.then(hangUp, () => undefined);
      throw signal.aborted ? cause : this.#failed(name, endpoint, cause);
    }
  }

  close(): void {
    this.#closed = true;
    for (const { etcd } of this.#endpoints) etcd.close();
  }

  async #attempt<T>(
    name: string,
    endpoint: Endpoint,
    call: Call<T>,
    ms: number,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed) throw storeError('unavailable', name, 'the client is closed');
    const { etcd } = endpoint;
    try {
      const reply = await bounded(this.clock, ms, call(etcd, { deadline: grpcDeadline(ms) }), signal);
      this.#answered(endpoint);
      this.#observe(verb(name), 'ok');
      return reply;
    } catch (cause) {
      if (signal?.aborted === true) throw cause;
      const error = this.#failed(name, endpoint, cause);
      this.#observe(verb(name), error.kind);
      // Refused for its token, a call had no effect: even a write may be sent again.
      if (!isTokenOld(error) || !this.#renew(endpoint, etcd)) throw error;
      return await this.#attempt(name, endpoint, call, ms, signal);
    }
  }

  /** Drops a token with the client that has it. False if that was done a moment ago, and did not help. */
  #renew(endpoint: Endpoint, etcd: Etcd3): boolean {
    if (endpoint.etcd !== etcd) return true;
    const now = this.clock.monotonicMs();
    if (now - endpoint.renewedAt < RENEW_MS) return false;
    endpoint.renewedAt = now;
    endpoint.etcd = endpoint.connect();
    etcd.close();
    return true;
  }

  #answered(endpoint: Endpoint): void {
    endpoint.answeredAt = this.clock.monotonicMs();
    if (!endpoint.failing) return;
    endpoint.failing = false;
    this.#log.info({ endpoint: endpoint.name }, 'etcd answers again');
  }

  #failed(name: string, endpoint: Endpoint, cause: unknown): StoreError {
    const error = toStoreError(cause, name, endpoint.name);
    if (this.#closed) return error;
    if (!passes(error)) {
      // A refusal is an answer, too.
      this.#answered(endpoint);
      return error;
    }
    const next = this.#endpoints[(this.#endpoints.indexOf(endpoint) + 1) % this.#endpoints.length];
    if (endpoint === this.#current && next !== undefined) this.#current = next;
    if (!endpoint.failing) {
      endpoint.failing = true;
      this.#log.warn({ endpoint: endpoint.name, next: next?.name, err: error }, 'etcd does not answer');
    }
    return error;
  }
}
