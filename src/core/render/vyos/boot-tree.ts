/** A `config.boot` that hinge wrote, as lines and blocks of these: what is changed in it before a router reads it goes through this form. */
export type BootNode = string | BootBlock;

export interface BootBlock {
  /** Such as `neighbor 10.0.12.2`, as it stands before the brace. */
  readonly head: string;
  readonly inside: readonly BootNode[];
}

const OPENS = ' {';

/** Reads what `bootText` writes: one thing a line, with the lines of a block between its own two. */
export function bootTree(text: string): readonly BootNode[] {
  const root: BootNode[] = [];
  const open: BootNode[][] = [root];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '}') {
      if (open.length > 1) open.pop();
    } else if (line.endsWith(OPENS)) {
      const inside: BootNode[] = [];
      open.at(-1)?.push({ head: line.slice(0, -OPENS.length), inside });
      open.push(inside);
    } else if (line !== '' || open.length === 1) open.at(-1)?.push(line);
  }
  return root;
}

/** The text of a tree; of one that `bootTree` made, the same as before. */
export const bootTreeText = (nodes: readonly BootNode[]): string =>
  nodes.flatMap((node) => linesOf(node, '')).join('\n');

function linesOf(node: BootNode, indent: string): readonly string[] {
  if (typeof node === 'string') return [node === '' ? '' : `${indent}${node}`];
  return [
    `${indent}${node.head}${OPENS}`,
    ...node.inside.flatMap((one) => linesOf(one, `${indent}    `)),
    `${indent}}`,
  ];
}

/** The same tree with each block changed, the innermost first; undefined: it is left out. @param change is told the heads above, too. */
export function mapBlocks(
  nodes: readonly BootNode[],
  change: (block: BootBlock, above: readonly string[]) => BootBlock | undefined,
  above: readonly string[] = [],
): readonly BootNode[] {
  return nodes.flatMap((node): readonly BootNode[] => {
    if (typeof node === 'string') return [node];
    const inside = mapBlocks(node.inside, change, [...above, node.head]);
    const changed = change({ ...node, inside }, above);
    return changed === undefined ? [] : [changed];
  });
}

/** Each option and each empty block as one line: `protocols bgp neighbor 10.0.0.1 remote-as "65001"`. */
export const bootPaths = (nodes: readonly BootNode[], above = ''): readonly string[] =>
  nodes.flatMap((node) => {
    if (typeof node === 'string') return node === '' || node.startsWith('//') ? [] : [`${above}${node}`];
    return node.inside.length === 0
      ? [`${above}${node.head}`]
      : bootPaths(node.inside, `${above}${node.head} `);
  });
