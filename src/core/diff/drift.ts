import { diffLines } from 'diff';

/** Lines that came (`+ network 203.0.113.0/24`) or went (`-`) between two texts, in order, without indentation. */
export const driftOf = (before: string, now: string): readonly string[] =>
  before === now
    ? []
    : diffLines(before, now).flatMap(({ added, removed, value }) => {
        if (!added && !removed) return [];
        const lines = value.split('\n').filter((line) => line.trim() !== '');
        return lines.map((line) => `${added ? '+' : '-'} ${line.trim()}`);
      });
