import type { Path } from '../../api/path.ts';
import { linkKey } from './owners.ts';

/** Two neighbours on a Path, in its direction. */
export interface Pair {
  readonly key: string;
  readonly first: string;
  readonly second: string;
}

/** The links of a Path, in order. */
export function pairsOf({ spec }: Path): Pair[] {
  return spec.via.slice(1).map((second, index) => {
    const first = spec.via[index] ?? second;
    return { key: linkKey(first, second), first, second };
  });
}
