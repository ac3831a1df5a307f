import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';

interface Pending {
  readonly resolve: (output: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One shell in a node's helper, which sees the processes of the node: what runs in a container's namespaces then costs no call to the
 * engine, which takes longer than most commands. Scripts run side by side; what they print must be short.
 */
export class FloorShell {
  readonly #stream: Duplex;
  readonly #pending = new Map<string, Pending>();
  #last = 0;

  private constructor(docker: Docker, stream: Duplex) {
    this.#stream = stream;
    const out = new PassThrough();
    docker.modem.demuxStream(stream, out, process.stderr);
    let rest = '';
    out.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter(Boolean)) this.#take(line);
    });
  }

  static async open(docker: Docker, helper: string): Promise<FloorShell> {
    const streams = { AttachStdin: true, AttachStdout: true, AttachStderr: true };
    const exec = await docker.getContainer(helper).exec({ Cmd: ['sh'], ...streams });
    return new FloorShell(docker, await exec.start({ hijack: true, stdin: true }));
  }

  /** @returns what it printed. @throws when it exits with anything but 0 */
  async run(script: string): Promise<string> {
    this.#last += 1;
    const id = String(this.#last);
    const done = new Promise<string>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    const report = `echo "${id} $status $(printf %s "$out" | base64 -w 0)"`;
    const line = `{ out=$(\n${script}\n); status=$?; ${report}; } </dev/null &\n`;
    if (!this.#stream.write(line)) await once(this.#stream, 'drain');
    return done;
  }

  #take(line: string): void {
    const [id = '', status, output = ''] = line.split(' ');
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    const text = Buffer.from(output, 'base64').toString();
    if (status === '0') pending?.resolve(text);
    else pending?.reject(new Error(`a script ended with ${String(status)}: ${text}`));
  }
}

/** As one word of a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
