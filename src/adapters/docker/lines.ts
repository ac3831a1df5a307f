import { StringDecoder } from 'node:string_decoder';

/** Cuts bytes into lines, wherever the chunks end. */
export class LineReader {
  readonly #decoder = new StringDecoder('utf8');
  #parts: string[] = [];

  /** The lines that `chunk` completes, without their ends, empty ones left out. */
  read(chunk: Buffer): readonly string[] {
    const [first = '', ...others] = this.#decoder.write(chunk).split('\n');
    this.#parts.push(first);
    if (others.length === 0) return [];
    const lines = [this.#parts.join(''), ...others];
    this.#parts = [lines.pop() ?? ''];
    return lines.filter((line) => line.trim() !== '');
  }

  /** What came since the last end of a line. */
  rest(): string {
    return this.#parts.join('');
  }
}
