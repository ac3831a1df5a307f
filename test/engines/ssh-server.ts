import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { freePorts } from '../../deploy/lab/etcd.ts';
import { eventually } from '../support/eventually.ts';

/** The directory that sshd wants to be empty in; Debian's service makes it at its start. */
const PRIVILEGE_SEPARATION = '/run/sshd';

/** A real sshd on a free port of the loopback address, which lets in one key and whose own key is known. */
export class SshServer {
  readonly url: string;
  /** The ssh client's command: with a configuration of its own, so that nobody's ~/.ssh is touched. */
  readonly client: readonly string[];
  readonly #directory: string;
  readonly #process: ChildProcess;
  readonly #madeDirectory: boolean;

  private constructor(directory: string, port: number, process: ChildProcess, madeDirectory: boolean) {
    this.#directory = directory;
    this.#process = process;
    this.#madeDirectory = madeDirectory;
    this.url = `ssh://${os.userInfo().username}@127.0.0.1:${port}`;
    this.client = ['ssh', '-F', path.join(directory, 'client.conf')];
  }

  static async start(): Promise<SshServer> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'hinge-ssh-'));
    const at = (file: string): string => path.join(directory, file);
    const { client: port } = await freePorts();
    for (const key of ['host', 'user'])
      await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
    const hostKey = await readFile(at('host.pub'), 'utf8');
    await writeFile(at('known_hosts'), `[127.0.0.1]:${port} ${hostKey}`);
    await writeFile(
      at('client.conf'),
      `IdentityFile ${at('user')}\nUserKnownHostsFile ${at('known_hosts')}\n`,
    );
    await writeFile(
      at('server.conf'),
      [
        `ListenAddress 127.0.0.1:${port}`,
        `HostKey ${at('host')}`,
        `AuthorizedKeysFile ${at('user.pub')}`,
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'PermitRootLogin prohibit-password',
        'PidFile none',
        'MaxStartups 100',
      ].join('\n'),
    );
    const made = await mkdir(PRIVILEGE_SEPARATION, { recursive: true });
    const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', at('server.conf')], { stdio: 'ignore' });
    const ssh = new SshServer(directory, port, server, made !== undefined);
    await eventually(() => execa('ssh', [...ssh.client.slice(1), '-p', String(port), '127.0.0.1', 'true']), {
      timeoutMs: 10_000,
      message: 'sshd lets us in',
    });
    return ssh;
  }

  /** Command lines of the ssh clients that run now. */
  async clients(): Promise<readonly string[]> {
    const { stdout } = await execa('ps', ['-eo', 'args']);
    return stdout.split('\n').filter((line) => line.startsWith(this.client.join(' ')));
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
    await rm(this.#directory, { recursive: true });
    if (this.#madeDirectory) await rmdir(PRIVILEGE_SEPARATION).catch(() => undefined);
  }
}
