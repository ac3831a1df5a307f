import type { NodeEngine } from '../../ports/node-engine.ts';
import type { Session } from '../session.ts';
import { formatTable } from '../table.ts';
import type { OpenTestbed } from '../testbed.ts';
import { naturally } from '../view.ts';

export interface ImageListOptions {
  readonly output?: 'json';
}

interface ListedImage {
  readonly image: string;
  /** Routers, hosts as EXPERIMENT/HOST, and `helper`. */
  readonly usedBy: readonly string[];
  /** By node: the image's id, null where it is missing, or why the node cannot be asked. */
  readonly nodes: Readonly<Record<string, string | null | { readonly error: string }>>;
  /** Nodes have different images under this name. */
  readonly differs: boolean;
}

/** Shows which node has which of the images that the testbed is made of. */
export async function listImages(session: Session, options: ImageListOptions): Promise<void> {
  const { helperImage } = await session.settings();
  const { images, nodes } = await session.withTestbed(async (open) => {
    const usedBy = users(open, helperImage);
    const listed = await Promise.all(
      [...usedBy].map(([image, names]) => listedImage(image, names, [...open.engines.values()])),
    );
    return { images: listed, nodes: [...open.engines.keys()] };
  });
  const { output } = session;
  if (options.output === 'json') {
    output.print(JSON.stringify(images, null, 2));
    return;
  }
  const rows = images.map(({ image, usedBy, nodes: on, differs }) => [
    image,
    some(usedBy),
    ...nodes.map((node) => cell(on[node] ?? null)),
    differs ? 'differs between nodes' : '',
  ]);
  output.print(formatTable(['IMAGE', 'USED-BY', ...nodes.map((node) => node.toUpperCase()), 'NOTE'], rows));
  for (const { nodes: on } of images.slice(0, 1)) {
    for (const [node, found] of Object.entries(on))
      if (found !== null && typeof found !== 'string') output.problem(`hinge: ${node}: ${found.error}`);
  }
}

/** Images in the order of their names, with whoever is made from them. */
function users({ desired }: OpenTestbed, helperImage: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const use = (image: string, by: string): void => void found.set(image, [...(found.get(image) ?? []), by]);
  for (const { key, service, container } of desired.workloads.values())
    for (const { image } of container === undefined ? [service] : [container, service])
      use(image, key.replace(/^(router|host)\//, ''));
  use(helperImage, 'helper');
  return new Map(
    [...found]
      .sort(([one], [other]) => naturally(one, other))
      .map(([image, names]) => [image, names.sort(naturally)]),
  );
}

async function listedImage(
  image: string,
  usedBy: readonly string[],
  engines: readonly NodeEngine[],
): Promise<ListedImage> {
  const nodes = await Promise.all(
    engines.map(async (engine): Promise<[string, ListedImage['nodes'][string]]> => {
      try {
        return [engine.node, (await engine.imageId(image)) ?? null];
      } catch (error) {
        return [engine.node, { error: error instanceof Error ? error.message : String(error) }];
      }
    }),
  );
  const ids = new Set(nodes.map(([, id]) => id).filter((id) => typeof id === 'string'));
  return { image, usedBy, nodes: Object.fromEntries(nodes), differs: ids.size > 1 };
}

/** Characters of an id, as Docker shows it. */
const SHORT = 12;

function cell(found: ListedImage['nodes'][string]): string {
  if (found === null) return 'missing';
  return typeof found === 'string' ? found.replace(/^sha256:/, '').slice(0, SHORT) : 'unknown';
}

/** Names that a line shows. */
const SHOWN = 3;

const some = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${String(names.length - SHOWN)} more`;
