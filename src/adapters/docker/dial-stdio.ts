import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import type { EngineAddress } from './endpoint.ts';

type SshAddress = Extract<EngineAddress, { scheme: 'ssh' }>;

/** Bytes of ssh's stderr that are kept for the error message. */
const KEPT_WORDS = 2000;

/**
 * HTTP connections to an engine through the machine's own ssh client, as the Docker CLI makes them:
 * `ssh HOST docker system dial-stdio`. So ~/.ssh/config, agents, jump hosts, known_hosts and multiplexing (ControlMaster) hold.
 * Every connection is an ssh process, so connections are kept and reused; closing the agent ends the processes.
 */
export class DialStdioAgent extends Agent {
  readonly #command: readonly string[];
  readonly #connections = new Set<ChildConnection>();

  constructor(address: SshAddress, ssh: readonly string[] = ['ssh']) {
    super({ keepAlive: true });
    this.#command = [...ssh, ...sshArguments(address)];
  }

  override createConnection(): Duplex {
    const connection = new ChildConnection(this.#command);
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    return connection;
  }

  override destroy(): void {
    super.destroy();
    for (const connection of this.#connections) connection.destroy();
  }
}

/** Options before the host, so that a host or a path can never be taken for one. */
export function sshArguments(address: SshAddress): readonly string[] {
  return [
    ...['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10'],
    ...['-o', 'ServerAliveInterval=10', '-o', 'ServerAliveCountMax=2'],
    ...(address.port === undefined ? [] : ['-p', String(address.port)]),
    ...(address.user === undefined ? [] : ['-l', address.user]),
    ...['--', address.host, 'docker'],
    ...(address.socket === undefined ? [] : ['--host', shellWord(`unix://${address.socket}`)]),
    ...['system', 'dial-stdio'],
  ];
}

/** ssh joins its arguments with blanks and gives them to the user's shell over there. */
const shellWord = (word: string): string =>
  /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The two pipes of a child process as one connection. */
class ChildConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #words = '';

  constructor(command: readonly string[]) {
    super({ allowHalfOpen: false });
    const [program = 'ssh', ...args] = command;
    const child = spawn(program, args, { stdio: 'pipe' });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#words = (this.#words + chunk.toString()).slice(-KEPT_WORDS);
    });
    // Written to after it ended: the end itself says why.
    child.stdin.on('error', () => undefined);
    child.once('error', (error) =>
      this.destroy(new Error(`${program} could not be started`, { cause: error })),
    );
    child.once('close', (code, signal) => this.#ended(program, code, signal));
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  /** What Node's agent asks of idle connections: that they do not keep this process alive … */
  unref(): void {
    this.#child.unref();
  }

  ref(): void {
    this.#child.ref();
  }

  /** … and what only sockets have. ssh has a keep-alive of its own (ServerAliveInterval). */
  setKeepAlive(): void {
    return;
  }

  setTimeout(): void {
    return;
  }

  #ended(program: string, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.destroyed) return;
    const words = this.#words.trim();
    if (code === 0 && words === '') {
      this.push(null);
      return;
    }
    const how = signal ?? `exit status ${String(code)}`;
    this.destroy(new Error(words === '' ? `${program} ended (${how})` : `${program}: ${words}`));
  }
}
