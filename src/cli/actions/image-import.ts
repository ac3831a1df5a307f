import { DockerError } from '../../core/failure.ts';
import type { ImageFile } from '../../ports/image-file.ts';
import type { ImageLoader } from '../../ports/image-loader.ts';
import type { NodeEngine } from '../../ports/node-engine.ts';
import { Bound } from '../../runtime/bound.ts';
import { CliError, Exit, EXIT } from '../exit.ts';
import { type ImageName, imageNameOf, nameText, parseImageName } from '../image-name.ts';
import { bytesText, ProgressBoard } from '../progress-board.ts';
import type { Session } from '../session.ts';

export interface ImportOptions {
  readonly tag?: string;
}

/** Nodes that are given an image at a time. */
const NODES_AT_A_TIME = 4;
/** As shells have it for a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Puts the images of a file onto every node of HINGE_NODES. What a node has already, it is not given again. */
export async function importImage(session: Session, path: string, options: ImportOptions): Promise<void> {
  const { output } = session;
  const given = options.tag === undefined ? undefined : parseImageName(options.tag);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Exit(INTERRUPTED));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  try {
    await session.withEngines(async ({ engines, loaders, openImageFile }) => {
      const reading = new ProgressBoard(output, ['reading']);
      const name = given ?? imageNameOf(path);
      const file = await openImageFile(path, {
        name: nameText(name),
        signal: stop.signal,
        progress: (bytes) => reading.tell('reading', bytesText(bytes), performance.now()),
      });
      try {
        const images = namedImages(file, given, path);
        output.note(`${path}: ${file.what}, ${bytesText(file.bytes)}`);
        const board = new ProgressBoard(output, [...engines.keys()]);
        const failed = await onEach([...engines.values()], async (engine) => {
          const loader = loaders.get(engine.node);
          if (loader === undefined) return true;
          return await one({ engine, loader, file, images, given, board }, stop.signal);
        });
        stop.signal.throwIfAborted();
        if (failed.length > 0) {
          throw new CliError(
            `not on every node: ${failed.join(', ')} failed; run it again, and those that have it are left out`,
          );
        }
        for (const { id, names } of images) output.print(`${names.join(', ')}  ${id}`);
      } finally {
        await file.close();
      }
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    output.problem('hinge: interrupted; nodes that were not done have nothing of it');
    throw new Exit(INTERRUPTED);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
  }
}

/** With the name that the user gave, if any. @throws CliError when it could be meant for more than one, or when one has none */
function namedImages(file: ImageFile, given: ImageName | undefined, path: string): ImageFile['images'] {
  const { images } = file;
  if (given !== undefined && images.length > 1) {
    const names = images.flatMap((image) => image.names).join(', ');
    throw new CliError(
      `${path} has several images (${names}), which have names of their own: leave --tag out`,
      EXIT.usage,
    );
  }
  const named = given === undefined ? images : images.map(({ id }) => ({ id, names: [nameText(given)] }));
  if (named.every(({ names }) => names.length > 0)) return named;
  throw new CliError(
    `${path} was saved by an id, without a name: give one with --tag, such as --tag hinge/vyos:1.4`,
    EXIT.usage,
  );
}

interface Work {
  readonly engine: NodeEngine;
  readonly loader: ImageLoader;
  readonly file: ImageFile;
  readonly images: ImageFile['images'];
  readonly given: ImageName | undefined;
  readonly board: ProgressBoard;
}

/** @returns whether the node has it now. */
async function one(work: Work, signal: AbortSignal): Promise<boolean> {
  const { engine, loader, file, images, given, board } = work;
  try {
    signal.throwIfAborted();
    if (await hasAll(engine, images)) {
      board.end(engine.node, 'has it already');
      return true;
    }
    await loader.load(counted(file.archive(signal), file.bytes, board, engine.node), signal);
    const [image] = file.images;
    // A store of containerd knows images by other ids: the archive's own name always leads there.
    if (given !== undefined && image !== undefined && image.names[0] !== nameText(given))
      await loader.tag(image.names[0] ?? image.id, given);
    board.end(engine.node, `imported, ${bytesText(file.bytes)}`);
    return true;
  } catch (error) {
    board.end(engine.node, signal.aborted ? 'interrupted' : `failed: ${wordsOf(error)}`);
    return false;
  }
}

async function hasAll(engine: NodeEngine, images: ImageFile['images']): Promise<boolean> {
  for (const { id, names } of images)
    for (const name of names) if ((await engine.imageId(name)) !== id) return false;
  return true;
}

async function* counted(
  archive: AsyncIterable<Uint8Array>,
  whole: number,
  board: ProgressBoard,
  node: string,
): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const chunk of archive) {
    bytes += chunk.length;
    const text = bytes < whole ? bytesText(bytes, whole) : `${bytesText(bytes, whole)}, unpacking`;
    board.tell(node, text, performance.now());
    yield chunk;
  }
}

/** @returns names of the nodes for which it failed, in order. */
async function onEach(
  engines: readonly NodeEngine[],
  work: (engine: NodeEngine) => Promise<boolean>,
): Promise<readonly string[]> {
  const bound = new Bound(NODES_AT_A_TIME);
  const done = await Promise.all(
    engines.map(
      (engine) =>
        new Promise<readonly string[]>((resolve, reject) => {
          bound.run(() => work(engine).then((good) => resolve(good ? [] : [engine.node]), reject));
        }),
    ),
  );
  return done.flat();
}

const wordsOf = (error: unknown): string => {
  if (error instanceof DockerError) return error.what;
  return error instanceof Error ? error.message : String(error);
};
