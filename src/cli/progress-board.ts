import type { Output } from './output.ts';

/** Milliseconds between two drawings. */
const DRAW_MS = 200;

/** How far each of several things is: at a terminal a line for each that is written anew, elsewhere only what each comes to. */
export class ProgressBoard {
  readonly #output: Output;
  readonly #width: number;
  readonly #lines = new Map<string, string>();
  #drawn = 0;
  #drawnAt = -Infinity;

  /** @param names of the things, in order. */
  constructor(output: Output, names: readonly string[]) {
    this.#output = output;
    this.#width = Math.max(...names.map((name) => name.length));
    for (const name of names) this.#lines.set(name, 'waiting');
  }

  /** @param now milliseconds, of any clock. */
  tell(name: string, text: string, now: number): void {
    this.#lines.set(name, text);
    if (!this.#output.isWatched || now - this.#drawnAt < DRAW_MS) return;
    this.#drawnAt = now;
    this.#draw();
  }

  /** What it came to. */
  end(name: string, text: string): void {
    this.#lines.set(name, text);
    if (this.#output.isWatched) this.#draw();
    else this.#output.note(this.#line(name));
  }

  #draw(): void {
    const up = this.#drawn === 0 ? '' : `\u001b[${String(this.#drawn)}A`;
    const lines = [...this.#lines.keys()].map((name) => `\u001b[2K${this.#line(name)}`);
    this.#drawn = lines.length;
    this.#output.note(`${up}${lines.join('\n')}`);
  }

  #line(name: string): string {
    return `${name.padEnd(this.#width)}  ${this.#lines.get(name) ?? ''}`;
  }
}

const MB = 1_000_000;

/** `12.0 of 40.0 MB (30 %)`, without a whole `12.0 MB`. */
export function bytesText(bytes: number, whole?: number): string {
  const megabytes = (bytes / MB).toFixed(1);
  if (whole === undefined) return `${megabytes} MB`;
  const percent = whole === 0 ? 100 : Math.floor((100 * bytes) / whole);
  return `${megabytes} of ${(whole / MB).toFixed(1)} MB (${String(percent)} %)`;
}
