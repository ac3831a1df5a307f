/** Routers and the links between them, by router. */
export type Mesh = ReadonlyMap<string, readonly string[]>;

/** `prefix-1` … `prefix-count`, each joined with the next, and the last with the first. */
export function ring(prefix: string, count: number): Mesh {
  const name = (at: number): string => `${prefix}-${String(((at + count) % count) + 1)}`;
  return new Map(Array.from({ length: count }, (_, at) => [name(at), [name(at - 1), name(at + 1)]]));
}

/** `prefix-1` … row by row, each joined with those beside it, above and below. */
export function grid(prefix: string, size: number): Mesh {
  const name = (row: number, column: number): string => `${prefix}-${String(row * size + column + 1)}`;
  const cells = Array.from({ length: size * size }, (_, at) => [Math.floor(at / size), at % size] as const);
  const beside = ([row, column]: readonly [number, number]): string[] =>
    cells
      .filter(([other, place]) => Math.abs(other - row) + Math.abs(place - column) === 1)
      .map(([other, place]) => name(other, place));
  return new Map(cells.map((cell) => [name(...cell), beside(cell)]));
}

/** Every way from one router to another that passes none twice, the shortest first. */
export function waysBetween(mesh: Mesh, from: string, to: string): readonly (readonly string[])[] {
  const onward = (way: readonly string[]): (readonly string[])[] => {
    const last = way.at(-1) ?? '';
    if (last === to) return [way];
    return (mesh.get(last) ?? [])
      .filter((next) => !way.includes(next))
      .flatMap((next) => onward([...way, next]));
  };
  return onward([from]).sort((one, other) => one.length - other.length);
}
