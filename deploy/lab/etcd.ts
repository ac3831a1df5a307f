import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from './errors.ts';
import { makeDir } from './layout.ts';
import { tail } from './log-tail.ts';
import { findProcess, processState, sendSignal, suspend, terminate, waitForEnd } from './processes.ts';
import { labEnvironment } from './run.ts';
import { waitFor, within } from './wait.ts';

const healthReply = z.object({ health: z.union([z.literal('true'), z.literal(true)]) });

/** The lab's etcd: one member, on the loopback of the machine, where etcdctl and the operator reach it. */
export class Etcd {
  readonly endpoint: string;
  readonly #dir: string;
  readonly #peerUrl: string;

  constructor(dir: string, ports: EtcdPorts) {
    this.#dir = dir;
    this.endpoint = `http://127.0.0.1:${String(ports.client)}`;
    this.#peerUrl = `http://127.0.0.1:${String(ports.peer)}`;
  }

  /** Undefined when it does not run. */
  get pid(): number | undefined {
    return etcdProcess(this.#dir);
  }

  get state(): 'running' | 'paused' | 'stopped' {
    const { pid } = this;
    if (pid === undefined) return 'stopped';
    return processState(pid) === 'T' ? 'paused' : 'running';
  }

  /** Does nothing when it runs already. Returns once it answers. */
  async start(signal?: AbortSignal): Promise<void> {
    if (this.pid === undefined) this.#spawn();
    await waitFor('etcd to answer', async () => ((await this.isHealthy()) ? true : this.#mustRun()), {
      within: 30_000,
      every: 50,
      signal,
      explain: () => tail(this.#log),
    });
  }

  async isHealthy(): Promise<boolean> {
    try {
      // Node's own timer for fetch does not keep the process alive, nor does a connection that is being made anew.
      const signal = AbortSignal.timeout(2000);
      const reply = fetch(`${this.endpoint}/health`, { signal }).then((response) => response.json());
      return healthReply.safeParse(await within(2500, 'etcd', reply)).success;
    } catch {
      return false;
    }
  }

  async stop(): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    sendSignal(pid, 'SIGCONT');
    await terminate(pid, 'etcd', 5000);
  }

  /** A crash, unless another signal is given. Returns once it is dead, if the signal is one that kills at once. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    sendSignal(pid, signal);
    if (signal === 'SIGKILL') await waitForEnd(pid, 'etcd', 5000);
  }

  /** It hangs, with its connections open, until resume(). */
  async pause(): Promise<void> {
    await suspend(this.pid, 'etcd');
  }

  resume(): void {
    if (this.pid !== undefined) sendSignal(this.pid, 'SIGCONT');
  }

  /** Everything in it is lost, and it starts again empty at the same endpoint: what a disk failure looks like. */
  async wipe(): Promise<void> {
    await this.kill();
    await rm(this.#dataDir, { recursive: true, force: true });
    await this.start();
  }

  get #dataDir(): string {
    return dataDir(this.#dir);
  }

  get #log(): string {
    return join(this.#dir, 'etcd.log');
  }

  #spawn(): void {
    makeDir(this.#dir);
    const log = openSync(this.#log, 'a');
    spawn(
      'etcd',
      [
        '--name=lab',
        `--data-dir=${this.#dataDir}`,
        `--listen-client-urls=${this.endpoint}`,
        `--advertise-client-urls=${this.endpoint}`,
        `--listen-peer-urls=${this.#peerUrl}`,
        `--initial-advertise-peer-urls=${this.#peerUrl}`,
        `--initial-cluster=lab=${this.#peerUrl}`,
        '--logger=zap',
      ],
      { detached: true, env: labEnvironment, stdio: ['ignore', log, log] },
    )
      .on('error', () => undefined) // waiting for it tells, with the reason from the log
      .unref();
    closeSync(log);
  }

  #mustRun(): undefined {
    if (this.pid === undefined) throw new LabError('it does not run');
  }
}

/** The etcd that keeps its data in this directory, if it runs. */
export function etcdProcess(dir: string): number | undefined {
  return findProcess('etcd', `--data-dir=${dataDir(dir)}`);
}

function dataDir(dir: string): string {
  return join(dir, 'data');
}

export interface EtcdPorts {
  readonly client: number;
  readonly peer: number;
}

/** Below those that the kernel gives to outgoing connections, one of which could hold the port while etcd is down. */
const firstPort = 20_000;
const portPairs = 5000;

/** Where this process looks next: each at another place, and never twice, as what it found is not taken at once. */
let nextPair = (process.pid * 61) % portPairs;

/** Two ports that nobody listens on. A lab keeps them for its life, so that its endpoint stays the same. */
export async function freePorts(): Promise<EtcdPorts> {
  for (let tried = 0; tried < portPairs; tried++) {
    const client = firstPort + nextPair * 2;
    nextPair = (nextPair + 1) % portPairs;
    if ((await isFree(client)) && (await isFree(client + 1))) return { client, peer: client + 1 };
  }
  throw new LabError(`no free port for etcd from ${String(firstPort)} on: what listens on all of them?`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
