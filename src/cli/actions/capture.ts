import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { CliError, Exit, usageError } from '../exit.ts';
import { linkOf } from '../link-choice.ts';
import type { Session } from '../session.ts';
import { nameOf, placeOf, routerOf } from '../testbed.ts';

export interface CaptureOptions {
  /** File name, or `-`. */
  readonly write?: string;
  readonly count?: number;
}

/** What is captured, as the user names it. */
export interface CaptureWords {
  readonly router: string;
  readonly link: string;
  readonly filter: readonly string[];
}

/** Shows or saves packets until there are enough, or the user interrupts. */
export async function capture(session: Session, words: CaptureWords, options: CaptureOptions): Promise<void> {
  const { output } = session;
  const exitCode = await session.withTestbed(async (open) => {
    const { key } = routerOf(open, words.router);
    const name = key.slice('router/'.length);
    const { network, address } = linkOf(open.desired, name, nameOf('Router', words.link));
    const target = placeOf(open, key);
    const file = await openFile(options.write);
    try {
      const process = await open.capture.start(
        target,
        { address, pcap: options.write !== undefined, count: options.count, filter: words.filter },
        async (stream, bytes) => {
          if (stream === 'stderr') await output.writeAside(bytes);
          else if (file !== undefined) await writeTo(file, bytes);
          // Whoever closes the pipe early, as Wireshark does, has what they wanted.
          else if (!(await output.write(bytes))) throw new Exit(0);
        },
      );
      if (process === undefined) {
        throw new CliError(
          `no interface of ${key} has the address ${address}: the link ${network.key} is not plugged in; hinge describe ${key} says why`,
        );
      }
      process.endInput();
      return await untilInterrupted(process);
    } finally {
      file?.end();
    }
  });
  if (exitCode !== 0) throw new Exit(exitCode);
}

/** The first Ctrl-C has tcpdump end in order; a second one ends this process, and tcpdump with it. */
async function untilInterrupted(capturing: {
  readonly exitCode: Promise<number>;
  readonly interrupt: () => void;
}): Promise<number> {
  const interrupt = (): void => capturing.interrupt();
  process.once('SIGINT', interrupt);
  try {
    return await capturing.exitCode;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** @returns undefined for standard output. @throws CliError (usage) when the file cannot be written */
async function openFile(name: string | undefined): Promise<WriteStream | undefined> {
  if (name === undefined || name === '-') return undefined;
  const file = createWriteStream(name);
  try {
    await once(file, 'open');
    return file;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usageError(`-w ${name}: expected a file that can be written (${code ?? String(error)})`);
  }
}

const writeTo = (file: WriteStream, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    file.write(bytes, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
