/** One thing of a VyOS configuration. Trees are lists of these, in the order in which they are written. */
export type Item = Leaf | Block;

/** `mtu "1450"`; without a value: `log-neighbor-changes`. A leaf with several values is there once for each. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly name: string;
  readonly value: string | undefined;
}

/** `parameters { … }`; with a tag, of which there may be many: `neighbor 10.0.12.2 { … }`. Means something also when it is empty. */
export interface Block {
  readonly kind: 'block';
  readonly name: string;
  readonly tag: string | undefined;
  readonly items: readonly Item[];
}

export const leaf = (name: string, value: string | number): Leaf => ({
  kind: 'leaf',
  name,
  value: String(value),
});

export const flag = (name: string): Leaf => ({ kind: 'leaf', name, value: undefined });

export const block = (name: string, items: readonly Item[]): Block => ({
  kind: 'block',
  name,
  tag: undefined,
  items,
});

export const tagged = (name: string, tag: string | number, items: readonly Item[] = []): Block => ({
  kind: 'block',
  name,
  tag: String(tag),
  items,
});

/** A block that says nothing by itself: left out when it is empty. */
export const filled = (name: string, items: readonly Item[]): readonly Item[] =>
  items.length === 0 ? [] : [block(name, items)];

/** `a b c` with one item inside: `within(['a', 'b'], c)` is `a { b { c } }`. */
export const within = (names: readonly string[], items: readonly Item[]): Item => {
  const [first = '', ...rest] = names;
  return block(first, rest.length === 0 ? items : [within(rest, items)]);
};
