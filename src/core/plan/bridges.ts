interface Edge {
  readonly key: string;
  readonly first: string;
  readonly second: string;
}

/**
 * Keys of the edges without which their ends would not reach each other: there is no way round (Tarjan, "A note on finding the bridges of a
 * graph", 1974). At most one edge joins two nodes. Without recursion, since chains can be long.
 */
export function bridgesOf(edges: Iterable<Edge>): ReadonlySet<string> {
  const neighbours = new Map<string, { readonly node: string; readonly key: string }[]>();
  for (const { key, first, second } of edges) {
    for (const [node, other] of [[first, second] as const, [second, first] as const])
      neighbours.set(node, [...(neighbours.get(node) ?? []), { node: other, key }]);
  }
  const bridges = new Set<string>();
  /** By node: when it was found, and the earliest found node that its subtree has an edge to. */
  const found = new Map<string, { readonly order: number; low: number }>();
  for (const root of neighbours.keys()) {
    if (found.has(root)) continue;
    found.set(root, { order: found.size, low: found.size });
    const open: { readonly node: string; readonly key?: string; next: number }[] = [{ node: root, next: 0 }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const own = found.get(top.node) ?? { order: 0, low: 0 };
      const edge = neighbours.get(top.node)?.[top.next];
      top.next += 1;
      if (edge === undefined) {
        open.pop();
        const parent = found.get(open.at(-1)?.node ?? '');
        if (parent === undefined || top.key === undefined) continue;
        parent.low = Math.min(parent.low, own.low);
        if (own.low > parent.order) bridges.add(top.key);
      } else if (edge.key !== top.key) {
        const seen = found.get(edge.node);
        if (seen !== undefined) own.low = Math.min(own.low, seen.order);
        else {
          found.set(edge.node, { order: found.size, low: found.size });
          open.push({ node: edge.node, key: edge.key, next: 0 });
        }
      }
    }
  }
  return bridges;
}
