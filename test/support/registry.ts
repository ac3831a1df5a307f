import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ChildProcess, spawn } from 'node:child_process';
import type { Lab } from '../../deploy/lab/lab.ts';
import type { LabNode } from '../../deploy/lab/node.ts';
import { eventually } from './eventually.ts';

const PORT = 5000;

/** Who may use it, and nobody else. The file has the password as bcrypt. */
export const REGISTRY_USER = { username: 'alice', password: 'open-sesame' } as const;
const HTPASSWD = 'alice:$2b$04$.qmw1pYnKVtn9VBclLag2.RjM/FfTLBqYkOcOfvoUM06w1pn8ArVK\n';

/**
 * A registry that asks for a password, at 127.0.0.1 of every node: there alone engines do without TLS. One process for each node, on one directory.
 */
export class Registry {
  /** What its images' names begin with. */
  readonly name = `127.0.0.1:${String(PORT)}`;
  readonly #processes: readonly ChildProcess[];

  private constructor(processes: readonly ChildProcess[]) {
    this.#processes = processes;
  }

  static async start(lab: Lab, directory: string): Promise<Registry> {
    await mkdir(path.join(directory, 'images'), { recursive: true });
    const config = path.join(directory, 'config.json');
    await writeFile(path.join(directory, 'htpasswd'), HTPASSWD);
    await writeFile(
      config,
      JSON.stringify({
        version: '0.1',
        log: { level: 'error' },
        storage: { filesystem: { rootdirectory: path.join(directory, 'images') } },
        http: { addr: `127.0.0.1:${String(PORT)}`, secret: 'of all three' },
        auth: { htpasswd: { realm: 'lab', path: path.join(directory, 'htpasswd') } },
      }),
    );
    const registry = new Registry(
      lab.nodes.map(({ netns }) =>
        spawn(
          'setpriv',
          ['--pdeathsig', 'KILL', 'ip', 'netns', 'exec', netns, 'docker-registry', 'serve', config],
          {
            stdio: 'ignore',
          },
        ),
      ),
    );
    await Promise.all(lab.nodes.map((node) => answers(node)));
    return registry;
  }

  /** Puts an image that a node has into it, under its name and tag. */
  async push(node: LabNode, image: string, name: string): Promise<string> {
    const [repo = '', tag = ''] = splitTag(`${this.name}/${name}`);
    await node.docker.getImage(image).tag({ repo, tag });
    const pushed = node.docker.getImage(`${repo}:${tag}`);
    const { username, password } = REGISTRY_USER;
    const progress = await pushed.push({ tag, authconfig: { username, password, serveraddress: this.name } });
    let said = '';
    for await (const chunk of progress) said += String(chunk);
    if (said.includes('"error"')) throw new Error(said);
    await pushed.remove();
    return `${repo}:${tag}`;
  }

  async stop(): Promise<void> {
    for (const child of this.#processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
  }
}

const splitTag = (name: string): readonly string[] => {
  const colon = name.lastIndexOf(':');
  return [name.slice(0, colon), name.slice(colon + 1)];
};

const answers = (node: LabNode): Promise<void> =>
  eventually(
    async () => {
      const { exitCode, stderr } = await node.exec(
        ['bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${String(PORT)}`],
        { mayFail: true },
      );
      if (exitCode !== 0) throw new Error(stderr);
    },
    { timeoutMs: 20_000, message: `the registry at ${node.name} listens` },
  );
