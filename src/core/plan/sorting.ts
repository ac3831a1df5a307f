/** Compares by a text, code unit by code unit: the same on every machine, whatever its locale. */
export const byText =
  <T>(textOf: (item: T) => string) =>
  (one: T, other: T): number =>
    compareTexts(textOf(one), textOf(other));

export const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Items by key, in the order of their first item; no group is empty. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
