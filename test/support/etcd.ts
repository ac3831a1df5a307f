import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { freePorts } from '../../deploy/lab/etcd.ts';
import { type KeyPair, TestAuthority } from './certificates.ts';

export interface EtcdOptions {
  /** Serves TLS, and lets in only clients with a certificate of its authority. */
  readonly tls?: boolean;
  /** Turns authentication on, with a user `root` of this password. */
  readonly rootPassword?: string;
  /** Largest request, in bytes. etcd's default: 1.5 MiB. */
  readonly maxRequestBytes?: number;
  /** Size of the database at which etcd raises NOSPACE, in bytes. */
  readonly quotaBytes?: number;
}

export interface EtcdTls {
  readonly authority: TestAuthority;
  readonly server: KeyPair;
  readonly client: KeyPair;
}

/** A machine that does much else lets it wait for its disk. */
const START_TIMEOUT = '30s';

/** How often a free port may be taken by someone else before etcd gets it. */
const ATTEMPTS = 3;

/**
 * A real etcd of one member on a free port of the loopback address, empty, and with a directory of its own. It ends with
 * `close()`; if the test process dies before that, the kernel ends it.
 */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  for (let attempt = 1; ; attempt++) {
    const server = await EtcdServer.create(options);
    try {
      await server.start();
      await server.enableAuthentication();
      return server;
    } catch (error) {
      await server.close();
      if (attempt === ATTEMPTS || !String(error).includes('address already in use')) throw error;
    }
  }
}

export class EtcdServer {
  /** URL of the client port; stays the same through stop and start. */
  readonly endpoint: string;
  readonly tls: EtcdTls | undefined;
  readonly #directory: string;
  readonly #options: EtcdOptions;
  readonly #peer: string;
  #process: ChildProcess | undefined;
  #user: readonly string[] = [];

  private constructor(
    directory: string,
    ports: { readonly client: number; readonly peer: number },
    options: EtcdOptions,
    tls: EtcdTls | undefined,
  ) {
    this.#directory = directory;
    this.#options = options;
    this.tls = tls;
    this.endpoint = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${ports.client}`;
    this.#peer = `http://127.0.0.1:${ports.peer}`;
  }

  /** Prepares a server that does not run yet. */
  static async create(options: EtcdOptions): Promise<EtcdServer> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-etcd-'));
    if (options.tls !== true) return new EtcdServer(directory, await freePorts(), options, undefined);
    const authority = await TestAuthority.create(directory);
    const tls = { authority, server: await authority.issue('etcd'), client: await authority.issue('client') };
    return new EtcdServer(directory, await freePorts(), options, tls);
  }

  /** Starts it, with the data that it had, and returns once it serves. */
  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    const log = await open(this.#log, 'a');
    // The kernel kills etcd when the thread that started it ends, however that happens.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'etcd', ...this.#arguments()], {
      stdio: ['ignore', log.fd, log.fd],
    });
    this.#process = child;
    await log.close();
    const ended = once(child, 'exit').then(async () => {
      throw new Error(`etcd ended: ${await this.#lastWords()}`);
    });
    // With a user, etcdctl gives up on its first connection after the dial timeout, 2 s by default.
    const patience = ['--command-timeout', START_TIMEOUT, '--dial-timeout', START_TIMEOUT];
    await Promise.race([ended, this.ctl('endpoint', 'health', ...patience)]);
    ended.catch(() => undefined);
  }

  /** Runs etcdctl on it, as root if there is authentication, and returns what it prints. */
  async ctl(...args: readonly string[]): Promise<string> {
    const { stdout } = await execa('etcdctl', [...this.#access(), ...this.#user, ...args], {
      env: { ETCDCTL_API: '3' },
    });
    return stdout;
  }

  /** An orderly end. The data stay. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** A crash. The data stay, as far as they were written. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** It hangs, with its connections open, until `resume()`. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** All data are lost, and it starts again empty at the same endpoint. */
  async wipe(): Promise<void> {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
    this.#user = [];
    await this.start();
    await this.enableAuthentication();
  }

  /** Keeps what it holds now for `restore()`. */
  async save(): Promise<void> {
    await this.ctl('snapshot', 'save', this.#snapshot);
  }

  /** It ends, and starts again at the same endpoint with what it held at `save()`. */
  async restore(): Promise<void> {
    await this.stop();
    await rm(this.#data, { recursive: true, force: true });
    const cluster = [
      `--initial-cluster=default=${this.#peer}`,
      `--initial-advertise-peer-urls=${this.#peer}`,
    ];
    await execa('etcdctl', ['snapshot', 'restore', this.#snapshot, `--data-dir=${this.#data}`, ...cluster], {
      env: { ETCDCTL_API: '3' },
    });
    await this.start();
  }

  /** Ends it and removes its directory. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async enableAuthentication(): Promise<void> {
    const { rootPassword } = this.#options;
    if (rootPassword === undefined) return;
    await this.ctl('user', 'add', `root:${rootPassword}`);
    await this.ctl('auth', 'enable');
    this.#user = ['--user', `root:${rootPassword}`];
  }
  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await ended;
  }

  get #data(): string {
    return path.join(this.#directory, 'data');
  }

  get #snapshot(): string {
    return path.join(this.#directory, 'snapshot');
  }

  get #log(): string {
    return path.join(this.#directory, 'etcd.log');
  }

  #arguments(): string[] {
    const { maxRequestBytes, quotaBytes } = this.#options;
    const { tls } = this;
    return [
      `--data-dir=${this.#data}`,
      `--listen-client-urls=${this.endpoint}`,
      `--advertise-client-urls=${this.endpoint}`,
      `--listen-peer-urls=${this.#peer}`,
      `--initial-advertise-peer-urls=${this.#peer}`,
      `--initial-cluster=default=${this.#peer}`,
      '--logger=zap',
      ...(maxRequestBytes === undefined ? [] : [`--max-request-bytes=${maxRequestBytes}`]),
      ...(quotaBytes === undefined ? [] : [`--quota-backend-bytes=${quotaBytes}`]),
      ...(tls === undefined
        ? []
        : [
            '--client-cert-auth',
            `--trusted-ca-file=${tls.authority.certificate}`,
            `--cert-file=${tls.server.certificate}`,
            `--key-file=${tls.server.key}`,
          ]),
    ];
  }

  #access(): string[] {
    const { tls } = this;
    const files =
      tls === undefined
        ? []
        : ['--cacert', tls.authority.certificate, '--cert', tls.client.certificate, '--key', tls.client.key];
    return ['--endpoints', this.endpoint, ...files];
  }

  async #lastWords(): Promise<string> {
    return (await readFile(this.#log, 'utf8')).split('\n').slice(-8).join('\n');
  }
}
