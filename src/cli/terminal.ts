import type { LiveProcess, TerminalSize } from '../ports/live-commands.ts';

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

/** Where the user sits, or what stands in for them. */
export class Terminal {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** Undefined when input or output is no terminal. */
  get size(): TerminalSize | undefined {
    const { stdin, stdout } = this.#streams;
    return stdin.isTTY && stdout.isTTY ? { rows: stdout.rows, columns: stdout.columns } : undefined;
  }

  /**
   * Hands on what is typed to a process, every key of it when there is a terminal, and changes of its size.
   * @returns what ends that
   */
  connect(process: LiveProcess): () => void {
    const { stdin, stdout } = this.#streams;
    const terminal = this.size !== undefined;
    const type = (chunk: Buffer): void => {
      stdin.pause();
      // What went wrong ends the process, and that is awaited elsewhere.
      void process.write(chunk).then(
        () => stdin.resume(),
        () => undefined,
      );
    };
    const end = (): void => process.endInput();
    const resize = (): void => process.resize({ rows: stdout.rows, columns: stdout.columns });
    if (terminal) {
      stdin.setRawMode(true);
      stdout.on('resize', resize);
    }
    stdin.on('data', type);
    stdin.once('end', end);
    return () => {
      stdin.off('data', type);
      stdin.off('end', end);
      if (terminal) {
        stdout.off('resize', resize);
        stdin.setRawMode(false);
      }
      stdin.destroy();
    };
  }
}
