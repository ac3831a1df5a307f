import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Environment } from './operator.ts';

/** The clock of the day as one operator sees it. The machine's own is not touched, and neither is monotonic time. */
export class ShiftedClock {
  readonly #directory = mkdtempSync(path.join(os.tmpdir(), 'hinge-clock-'));

  constructor(minutes: number) {
    this.set(minutes);
  }

  /** What the operator has in its environment. */
  get env(): Environment {
    const module = path.resolve(import.meta.dirname, 'shifted-clock.mjs');
    return { NODE_OPTIONS: `--import=${module}`, HINGE_TEST_CLOCK: this.#file };
  }

  /** Off by so many minutes from now on. */
  set(minutes: number): void {
    writeFileSync(`${this.#file}.new`, String(minutes * 60_000));
    renameSync(`${this.#file}.new`, this.#file);
  }

  dispose(): void {
    rmSync(this.#directory, { recursive: true });
  }

  get #file(): string {
    return path.join(this.#directory, 'offset');
  }
}
