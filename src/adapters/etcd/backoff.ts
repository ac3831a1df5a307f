const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/**
 * Pause after the n-th failure in a row (from 1) in milliseconds: doubles up to 2 s. Up to half of it is
 * taken off at random, so that many clients do not come back at once.
 */
export function backoff(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS) * (1 - Math.random() / 2);
}
