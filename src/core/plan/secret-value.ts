/** What FRR takes as one word: TCP-MD5 has room for 80 octets. */
const VALUE = /^[\x21-\x7e]{1,80}$/;

/** @returns why a value cannot be a password, without a character of it; undefined: it can. */
export function whyUnusable(value: string): string | undefined {
  if (VALUE.test(value)) return undefined;
  const asked = 'expected 1 to 80 printable ASCII characters without spaces or line breaks';
  if (value.endsWith('\n')) return `${asked}, and it ends with a line break (echo -n, printf %s)`;
  return `${asked}, got ${String(value.length)} characters`;
}
