import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ensureImageArchive } from '../../deploy/images/archive.ts';
import { Lab } from '../../deploy/lab/lab.ts';

/** One engine with the images, for plain containers. */
export class ImageLab {
  readonly #scratch: string;
  readonly #socket: string;

  private constructor(scratch: string, socket: string) {
    this.#scratch = scratch;
    this.#socket = socket;
  }

  static async up(): Promise<ImageLab> {
    const scratch = mkdtempSync(join(tmpdir(), 'hinge-images-test-'));
    const lab = await Lab.up({ dir: join(scratch, 'lab'), nodes: 1, images: ensureImageArchive });
    return new ImageLab(scratch, lab.node('node1').socket);
  }

  async down(): Promise<void> {
    await Lab.down(join(this.#scratch, 'lab'));
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  /** The docker command: what it printed to stdout. */
  async docker(...args: readonly string[]): Promise<string> {
    const { stdout } = await execa('docker', ['-H', `unix://${this.#socket}`, ...args]);
    return stdout;
  }

  /** What a container's main process printed, on both streams. */
  async logs(container: string): Promise<string> {
    const { all } = await execa('docker', ['-H', `unix://${this.#socket}`, 'logs', container], { all: true });
    return all;
  }

  /** Runs a command in a container, with what it reads from standard input. */
  async run(
    container: string,
    argv: readonly string[],
    input = '',
  ): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    const args = ['-H', `unix://${this.#socket}`, 'exec', '-i', container, ...argv];
    const { exitCode = -1, stdout, stderr } = await execa('docker', args, { input, reject: false });
    return { exitCode, stdout, stderr };
  }

  /** Runs a shell script in a container; its exit code and all that it printed. */
  async sh(container: string, script: string): Promise<{ exitCode: number; text: string }> {
    const args = ['-H', `unix://${this.#socket}`, 'exec', container, 'sh', '-c', script];
    const result = await execa('docker', args, { all: true, reject: false });
    return { exitCode: result.exitCode ?? -1, text: result.all };
  }
}
