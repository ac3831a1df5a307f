import { copyFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { Keys } from '../../../src/api/keys.ts';
import type { Kind } from '../../../src/api/object.ts';
import type { EtcdServer } from '../../support/etcd.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** Below node_modules, so that the build finds its packages. */
const BUILDS = path.join(ROOT, 'node_modules/.cache/hinge-cli');
const DIST = path.join(BUILDS, String(process.pid), 'dist');

/** Builds the command line as users get it, without checking types; it starts in a third of the time that the source needs. */
export async function build(): Promise<void> {
  const project = path.join(ROOT, 'tsconfig.build.json');
  await execa(
    'node',
    [
      path.join(ROOT, 'node_modules/typescript/bin/tsc'),
      '-p',
      project,
      '--outDir',
      DIST,
      '--noCheck',
      '--incremental',
      'false',
    ],
    { cwd: ROOT },
  );
  await copyFile(path.join(ROOT, 'package.json'), path.join(DIST, '../package.json'));
}

export async function removeBuild(): Promise<void> {
  await rm(path.dirname(DIST), { recursive: true, force: true });
}

/** What `hinge` runs. */
export const mainFile = (): string => path.join(DIST, 'cli/main.js');

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
