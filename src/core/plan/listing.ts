/** More items than this are counted, not listed. */
const LISTED = 3;

/** Items of a message: `a, b, c and 2 more`. */
export function listing(items: readonly string[]): string {
  const more = items.length - LISTED;
  return items.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more.toString()} more` : '');
}
