import type { Prefix } from './ipv4.ts';

interface Node<T> {
  zero: Node<T> | undefined;
  one: Node<T> | undefined;
  entry: { readonly value: T } | undefined;
}

const node = <T>(): Node<T> => ({ zero: undefined, one: undefined, entry: undefined });

/** Prefixes with a value each. Finds what overlaps a prefix, and the first gap, in as many steps as the prefix has bits. */
export class PrefixTree<T> {
  readonly #root: Node<T> = node();

  set(prefix: Prefix, value: T): void {
    let at = this.#root;
    for (let depth = 0; depth < prefix.length; depth += 1) {
      if (bit(prefix.base, depth)) at = at.one ??= node();
      else at = at.zero ??= node();
    }
    at.entry = { value };
  }

  /** Fine when it is not there. */
  delete(prefix: Prefix): void {
    const way: Node<T>[] = [this.#root];
    for (let depth = 0; depth < prefix.length; depth += 1) {
      const next = child(way[depth], bit(prefix.base, depth));
      if (next === undefined) return;
      way.push(next);
    }
    const last = way[prefix.length];
    if (last !== undefined) last.entry = undefined;
    for (let depth = prefix.length - 1; depth >= 0; depth -= 1) {
      const parent = way[depth];
      const below = way[depth + 1];
      if (parent === undefined || below === undefined || !isEmpty(below)) return;
      if (parent.one === below) parent.one = undefined;
      else parent.zero = undefined;
    }
  }

  /** Values of the prefixes that share an address with `prefix`: wider ones first, then by address. */
  overlapping(prefix: Prefix): T[] {
    const found: T[] = [];
    let at: Node<T> | undefined = this.#root;
    for (let depth = 0; depth < prefix.length && at !== undefined; depth += 1) {
      if (at.entry !== undefined) found.push(at.entry.value);
      at = child(at, bit(prefix.base, depth));
    }
    if (at !== undefined) collect(at, found);
    return found;
  }

  /**
   * The lowest prefix of `length` bits inside `pool`, not before address `from`, that overlaps nothing here.
   * @returns its first address, or undefined when the pool is used up.
   */
  firstFree(pool: Prefix, length: number, from = pool.base): number | undefined {
    let at: Node<T> | undefined = this.#root;
    for (let depth = 0; depth < pool.length && at !== undefined; depth += 1) {
      if (at.entry !== undefined) return undefined;
      at = child(at, bit(pool.base, depth));
    }
    return gap(at, pool, length, from);
  }
}

const bit = (base: number, depth: number): boolean => ((base >>> (31 - depth)) & 1) === 1;

const child = <T>(at: Node<T> | undefined, one: boolean): Node<T> | undefined => (one ? at?.one : at?.zero);

const isEmpty = <T>(at: Node<T>): boolean =>
  at.zero === undefined && at.one === undefined && at.entry === undefined;

function collect<T>(at: Node<T>, found: T[]): void {
  if (at.entry !== undefined) found.push(at.entry.value);
  if (at.zero !== undefined) collect(at.zero, found);
  if (at.one !== undefined) collect(at.one, found);
}

/** The first free block of `length` bits in `within`, which `at` stands for (undefined: all of it is free). */
function gap<T>(at: Node<T> | undefined, within: Prefix, length: number, from: number): number | undefined {
  const end = within.base + 2 ** (32 - within.length);
  if (end <= from || length < within.length) return undefined;
  if (at === undefined) {
    const size = 2 ** (32 - length);
    const start = Math.max(within.base, Math.ceil(from / size) * size);
    return start < end ? start : undefined;
  }
  if (at.entry !== undefined || within.length === length) return undefined;
  const half = within.length + 1;
  return (
    gap(at.zero, { base: within.base, length: half }, length, from) ??
    gap(at.one, { base: within.base + 2 ** (32 - half), length: half }, length, from)
  );
}
