import path from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { afterAll, beforeAll } from 'vitest';
import { Keys } from '../../../src/api/keys.ts';
import type { Kind } from '../../../src/api/object.ts';
import { type EtcdServer, startEtcd } from '../../support/etcd.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** What `hinge` runs: the program as it is shipped, made by `npm run build`. */
export const mainFile = (): string => path.join(ROOT, 'dist/cli/main.js');

/** An etcd for the tests of a file. @returns how to get it, once they run */
export function useEtcd(): () => EtcdServer {
  let etcd: EtcdServer | undefined;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd?.close());
  return () => {
    if (etcd === undefined) throw new Error('etcd runs while tests do');
    return etcd;
  };
}

export interface Result {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const processOf = (args: readonly string[], { stdin, env }: RunOptions) =>
  execa('node', [mainFile(), ...args], {
    cwd: ROOT,
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    ...(stdin === undefined ? { stdin: 'ignore' } : { input: stdin }),
  });

/** Runs the command line as users do: as a process, with nothing of this one's environment but the path. */
export async function hinge(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { exitCode, stdout, stderr } = await processOf(args, options);
  return { code: exitCode, stdout, stderr };
}

let count = 0;

/** A prefix of its own in a shared etcd, and the operator's part played by hand. */
export class Scene {
  readonly keys: Keys;
  readonly prefix: string;
  readonly #etcd: EtcdServer;

  constructor(etcd: EtcdServer) {
    count += 1;
    this.prefix = `/cli-${String(process.pid)}-${String(count)}`;
    this.keys = new Keys(this.prefix);
    this.#etcd = etcd;
  }

  async hinge(...args: readonly string[]): Promise<Result> {
    return await hinge(args, { env: this.#environment });
  }

  async pipe(stdin: string, ...args: readonly string[]): Promise<Result> {
    return await hinge(args, { stdin, env: this.#environment });
  }

  /** Starts a command that goes on; its output grows while it does. */
  start(...args: readonly string[]): ResultPromise & { readonly shown: () => string } {
    const child = processOf(args, { env: this.#environment });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return Object.assign(child as unknown as ResultPromise, { shown: () => output });
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.#etcd.ctl('put', '--', key, typeof value === 'string' ? value : JSON.stringify(value));
  }

  async remove(key: string): Promise<void> {
    await this.#etcd.ctl('del', key);
  }

  /** Keys below a prefix of this scene, without it. */
  async list(base: string): Promise<readonly string[]> {
    const text = await this.#etcd.ctl('get', '--prefix', '--keys-only', base);
    return text.split('\n').flatMap((key) => (key === '' ? [] : [key.slice(base.length)]));
  }

  async value(key: string): Promise<string> {
    return await this.#etcd.ctl('get', '--print-value-only', key);
  }

  async revision(): Promise<number> {
    const reply = JSON.parse(await this.#etcd.ctl('get', '-w', 'json', 'x')) as {
      header: { revision: number };
    };
    return reply.header.revision;
  }

  /** What the operator would have written about an object. */
  async observe(
    kind: Kind,
    object: { readonly metadata: { readonly name: string } },
    {
      ready,
      generation = 1,
      more = {},
    }: { readonly ready: boolean; readonly generation?: number; readonly more?: object },
  ): Promise<void> {
    const ref = { kind, name: object.metadata.name };
    await this.put(this.keys.acceptedOf(ref), { generation, object });
    const lastTransitionTime = new Date(Date.now() - 3_725_000).toISOString();
    const condition = (type: string, status: string, reason: string, message: string): object => ({
      type,
      status,
      reason,
      message,
      observedGeneration: generation,
      lastTransitionTime,
    });
    await this.put(this.keys.statusOf(ref), {
      observedGeneration: generation,
      conditions: [
        condition('Valid', 'True', 'Valid', 'accepted'),
        ready
          ? condition('Ready', 'True', 'Ready', 'everything is as declared')
          : condition('Ready', 'False', 'TaskNotRunning', 'no container runs yet'),
      ],
      ...more,
    });
  }

  get #environment(): Readonly<Record<string, string>> {
    return { HINGE_ETCD_ENDPOINTS: this.#etcd.endpoint, HINGE_PREFIX: this.prefix };
  }
}

export const router = (name: string, spec: object = {}) => ({
  apiVersion: 'hinge.testbed/v1alpha1',
  kind: 'Router',
  metadata: { name },
  spec: { platform: 'frr', ...spec },
});
