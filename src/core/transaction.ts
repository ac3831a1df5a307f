/** Upper bound of the writes, and of the guards, in one commit: etcd's default --max-txn-ops is 128. */
export const MAX_OPERATIONS = 120;

/** Upper bound of the values in one commit, in bytes: etcd refuses requests over 1.5 MiB, and one accepted object may have 1 MiB. */
export const MAX_COMMIT_BYTES = 1_200_000;

/** Size of a value in etcd, in bytes. */
export const bytesOf = (value: string): number => new TextEncoder().encode(value).length;

/** What is to be written, in order, as commits that etcd takes. What is too large by itself is alone in one. @param most writes in one */
export function chunksOf<T>(
  items: readonly T[],
  sizeOf: (item: T) => number,
  most: number,
): readonly (readonly T[])[] {
  const chunks: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const last = chunks.at(-1);
    if (last === undefined || last.length === most || bytes + size > MAX_COMMIT_BYTES) {
      chunks.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return chunks;
}
