import { randomUUID } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { EtcdClient } from '../../../src/adapters/etcd/client.ts';
import { EtcdElection } from '../../../src/adapters/etcd/election.ts';
import type { EtcdOptions } from '../../../src/adapters/etcd/options.ts';
import { EtcdStore } from '../../../src/adapters/etcd/store.ts';
import type { StoreError } from '../../../src/core/failure.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import type { Write } from '../../../src/ports/object-store.ts';
import { SystemClock } from '../../../src/runtime/system-clock.ts';
import { type EtcdOptions as ServerOptions, type EtcdServer, startEtcd } from '../../support/etcd.ts';
import { eventually } from '../../support/eventually.ts';

export const clock = new SystemClock();

/** A relist that does not come during a test: what is noticed was noticed by the watch. */
export const NEVER_MS = 3_600_000;

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its lines. */
export function keptLog(): { readonly log: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const at = (bound: Readonly<Record<string, unknown>>): Logger => {
    const keep = (level: Line['level']) => (fields: Readonly<Record<string, unknown>>, message: string) => {
      lines.push({ level, message, fields: { ...bound, ...fields } });
    };
    return {
      child: (bindings) => at({ ...bound, ...bindings }),
      debug: keep('debug'),
      info: keep('info'),
      warn: keep('warn'),
      error: keep('error'),
    };
  };
  return { log: at({}), lines };
}

/** An etcd that ends with the test. */
export async function etcdForThisTest(options?: ServerOptions): Promise<EtcdServer> {
  const etcd = await startEtcd(options);
  onTestFinished(() => etcd.close());
  return etcd;
}

/** A prefix that no other test uses. */
export const freshPrefix = (): string => `/${randomUUID()}/`;

export interface Connection {
  readonly client: EtcdClient;
  readonly store: EtcdStore;
  readonly log: Logger;
  readonly lines: readonly Line[];
  readonly elect: (key: string, ttlSeconds: number, identity?: string) => EtcdElection;
}

/** The adapter, until the end of the test. */
export function connect(
  options: EtcdOptions,
  make = (client: EtcdOptions, deps: { clock: SystemClock; log: Logger }) => new EtcdClient(client, deps),
): Connection {
  const { log, lines } = keptLog();
  const client = make(options, { clock, log });
  const store = new EtcdStore(client, log);
  onTestFinished(() => store.close());
  const elect: Connection['elect'] = (key, ttlSeconds, identity = 'test') =>
    new EtcdElection(client, { key, identity, ttlSeconds }, log);
  return { client, store, log, lines, elect };
}

export const put = (key: string, value = ''): Write => ({ type: 'put', key, value });
export const del = (key: string): Write => ({ type: 'delete', key });

/** The failure of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<StoreError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error as StoreError,
  );
  if (outcome === undefined) throw new Error('the call did not fail');
  return outcome;
}

/** What a reader knows that lists after every hint and never else. */
export class Follower {
  readonly seen = new Map<string, string>();
  hints = 0;
  #again = false;
  #listing = false;
  readonly #store: EtcdStore;
  readonly #prefix: string;
  readonly release: () => Promise<void>;

  constructor(store: EtcdStore, prefix: string, relistMs = NEVER_MS) {
    this.#store = store;
    this.#prefix = prefix;
    const release = store.watch(prefix, () => this.#hinted(), relistMs);
    this.release = release;
    onTestFinished(release);
  }

  get state(): Record<string, string> {
    return Object.fromEntries(this.seen);
  }

  #hinted(): void {
    this.hints += 1;
    this.#again = true;
    if (!this.#listing) void this.#list();
  }

  async #list(): Promise<void> {
    this.#listing = true;
    while (this.#again) {
      this.#again = false;
      try {
        const { entries } = await this.#store.list(this.#prefix);
        this.seen.clear();
        for (const { key, value } of entries) this.seen.set(key.slice(this.#prefix.length), value);
      } catch {
        // As a reader would: the next hint lists again.
      }
    }
    this.#listing = false;
  }
}

export const expectSees = (follower: Follower, state: Readonly<Record<string, string>>): Promise<void> =>
  eventually(() => expect(follower.state).toEqual(state), {
    timeoutMs: 20_000,
    intervalMs: 5,
    message: 'who lists after each hint knows what is there',
  });

/** The abort of a signal; its reason. */
export const aborted = (signal: AbortSignal): Promise<StoreError> =>
  new Promise((resolve) => {
    const tell = (): void => resolve(signal.reason as StoreError);
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true });
  });

/** A signal that never aborts. */
export const forever = new AbortController().signal;
