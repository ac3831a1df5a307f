import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll } from 'vitest';
import { ensureImageArchive } from '../../deploy/images/archive.ts';
import { Lab } from '../../deploy/lab/lab.ts';
import { eventually } from '../support/eventually.ts';

/** One engine with the images, for plain containers. */
export class ImageLab {
  #scratch = '';
  #socket = '';

  async up(): Promise<void> {
    this.#scratch = mkdtempSync(join(tmpdir(), 'hinge-images-test-'));
    const lab = await Lab.up({ dir: join(this.#scratch, 'lab'), nodes: 1, images: ensureImageArchive });
    this.#socket = lab.node('node1').socket;
  }

  async down(): Promise<void> {
    if (this.#scratch === '') return;
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

  /** Until a router says that all its daemons answer. */
  async ready(router: string): Promise<void> {
    await eventually(() => this.docker('exec', router, 'test', '-e', '/run/hinge/ready'), {
      timeoutMs: 15_000,
      message: `${router} is ready`,
    });
  }
}

/** A lab for the tests of a file. */
export function useImageLab(): ImageLab {
  const lab = new ImageLab();
  beforeAll(() => lab.up(), 300_000);
  afterAll(() => lab.down(), 60_000);
  return lab;
}
