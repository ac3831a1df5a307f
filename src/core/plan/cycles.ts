/**
 * Groups of nodes that reach each other (strongly connected components) with more than one member, by Kosaraju's method.
 * Both the groups and their members are in the order of `graph`'s keys. Edges to nodes that are not keys are ignored.
 */
export function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const reverse = new Map<string, string[]>([...graph.keys()].map((node) => [node, []]));
  for (const [node, targets] of graph) {
    for (const target of targets) reverse.get(target)?.push(node);
  }
  const component = new Map<string, string>();
  for (const root of postorder(graph).reverse()) {
    if (component.has(root)) continue;
    const open = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (component.has(node)) continue;
      component.set(node, root);
      open.push(...(reverse.get(node) ?? []));
    }
  }
  const groups = new Map<string, string[]>();
  for (const node of graph.keys()) {
    const root = component.get(node) ?? node;
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [node]);
    else group.push(node);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Each node after those that it leads to, but for cycles; without recursion, since chains can be long. */
function postorder(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  for (const start of graph.keys()) {
    const open: { readonly node: string; next: number }[] = [{ node: start, next: 0 }];
    if (seen.has(start)) continue;
    seen.add(start);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const target = graph.get(top.node)?.[top.next];
      top.next += 1;
      if (target === undefined) {
        order.push(top.node);
        open.pop();
      } else if (graph.has(target) && !seen.has(target)) {
        seen.add(target);
        open.push({ node: target, next: 0 });
      }
    }
  }
  return order;
}
