const NUMBERS = /^([_^])(\d+(?:_\d+)*)([_$])$/;

/**
 * BIRD's mask for a regular expression over AS paths, which it does not have; undefined: none says the same. AS numbers joined by `_`, with
 * `^` or `_` before and `$` or `_` after them, have one, and so has `^$`.
 */
export function asPathMask(pattern: string): string | undefined {
  if (pattern === '^$') return '[= =]';
  const [, begins, numbers = '', ends] = NUMBERS.exec(pattern) ?? [];
  if (begins === undefined) return undefined;
  const parts = [...(begins === '_' ? ['*'] : []), ...numbers.split('_'), ...(ends === '_' ? ['*'] : [])];
  return `[= ${parts.join(' ')} =]`;
}
