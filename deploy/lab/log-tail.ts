import { readFileSync } from 'node:fs';

/** The last lines of a log, for an error message: whoever reads it should not have to go looking. */
export function tail(file: string, lines = 8): string {
  try {
    const text = readFileSync(file, 'utf8').trimEnd();
    return `the end of ${file}:\n${text.split('\n').slice(-lines).join('\n')}`;
  } catch {
    return `(there is no ${file})`;
  }
}
