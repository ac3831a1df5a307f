import { styleText } from 'node:util';

/** Where a command's words go: what it was asked for to standard output, everything about that to standard error. */
export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

/** A terminal knows whether it has colors, and whether the user wants any (NO_COLOR, TERM). */
type Stream = NodeJS.WritableStream & { readonly hasColors?: () => boolean; readonly isTTY?: boolean };

type Style = Parameters<typeof styleText>[0];

/** The one place that writes to the terminal. */
export class Output {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
    // `hinge get | head` closes the pipe early; whoever does so has what they wanted.
    for (const stream of [streams.stdout, streams.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
      });
    }
  }

  /** A result. */
  print(text: string): void {
    this.#streams.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** A result as it is. Resolves when there is room for more. @returns false when nobody reads it any more */
  async write(bytes: Uint8Array): Promise<boolean> {
    return writeTo(this.#streams.stdout, bytes);
  }

  /** As write, of what is no result. */
  async writeAside(bytes: Uint8Array): Promise<boolean> {
    return writeTo(this.#streams.stderr, bytes);
  }

  /** Whether what is no result is read by somebody at a terminal, where lines can be written anew. */
  get isWatched(): boolean {
    return this.#streams.stderr.isTTY === true;
  }

  /** Something that is wrong. */
  problem(text: string): void {
    this.#note(text, 'red');
  }

  /** Something to be aware of. */
  warning(text: string): void {
    this.#note(`warning: ${text}`, 'yellow');
  }

  /** Progress, hints. */
  note(text: string): void {
    this.#note(text);
  }

  /** Color for a part of a result; plain text where standard output is no terminal. */
  paint(style: Style, text: string): string {
    return this.#streams.stdout.hasColors?.() === true ? styleText(style, text) : text;
  }

  #note(text: string, style?: Style): void {
    const colored = style !== undefined && this.#streams.stderr.hasColors?.() === true;
    this.#streams.stderr.write(`${colored ? styleText(style, text) : text}\n`);
  }
}

/** A reader that went away shows as an error of this write; other errors end the process (see the constructor). */
const writeTo = (stream: NodeJS.WritableStream, bytes: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    stream.write(bytes, (error) => resolve(error === undefined || error === null));
  });
