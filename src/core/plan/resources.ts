import type { Resources } from '../../api/router.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** Bytes; 0 when no limit is written. */
export function memoryBytes(resources: Resources | undefined): number {
  const text = resources?.memory ?? '0';
  const unit = text.replace(/^\d+/, '');
  return Number.parseInt(text, 10) * (UNITS[unit] ?? 1);
}

/** Billionths of a core; 0 when no limit is written. */
export const nanoCpus = (resources: Resources | undefined): number =>
  Math.round((resources?.cpus ?? 0) * 1e9);
