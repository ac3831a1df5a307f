import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ImageFileError } from './error.ts';

/** Programs that files are read with, and the Debian packages that have them. */
const PACKAGES = { bsdtar: 'libarchive-tools', sqfs2tar: 'squashfs-tools-ng', tar: 'tar' } as const;
export type Tool = keyof typeof PACKAGES;

interface ToolOptions {
  readonly signal: AbortSignal;
  /** File descriptor of its standard input. Default: none. */
  readonly stdin?: number;
}

/** It ran, and said that it could not do it. */
export class ToolFailed extends ImageFileError {}

/** How much of what a program complains about is kept, in characters. */
const WORDS = 2_000;

/** What a program writes, as it comes. Who stops reading ends it. @throws ImageFileError when it is missing, or fails. */
export async function* outputOf(
  tool: Tool,
  args: readonly string[],
  { signal, stdin }: ToolOptions,
): AsyncIterable<Buffer> {
  signal.throwIfAborted();
  const child = spawn(tool, args, { stdio: [stdin ?? 'ignore', 'pipe', 'pipe'] });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error(`${tool} was started without pipes`);
  const kill = (): void => void child.kill('SIGKILL');
  const ended = once(child, 'close');
  ended.catch(() => undefined); // an error of the start is told below
  let words = '';
  stderr.on('data', (chunk: Buffer) => {
    if (words.length < WORDS) words += chunk.toString('utf8');
  });
  signal.addEventListener('abort', kill, { once: true });
  try {
    await started(tool, child);
    for await (const chunk of stdout) yield chunk as Buffer;
    const [code, killed] = (await ended) as [number | null, NodeJS.Signals | null];
    signal.throwIfAborted();
    if (code === 0) return;
    throw new ToolFailed(
      `${tool} ended with ${String(code ?? killed)}: ${words.trim() || 'it said nothing'}`,
    );
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
}

/** All that a program writes, as text. */
export async function textOf(tool: Tool, args: readonly string[], options: ToolOptions): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of outputOf(tool, args, options)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function started(tool: Tool, child: ReturnType<typeof spawn>): Promise<void> {
  try {
    await once(child, 'spawn');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new ImageFileError(
      `${tool} is missing on this machine: install the Debian package ${PACKAGES[tool]} (apt-get install ${PACKAGES[tool]})`,
    );
  }
}
