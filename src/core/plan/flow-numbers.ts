import type { Experiment } from '../../api/experiment.ts';
import { numberDigest } from '../render/digest.ts';
import { byText } from './sorting.ts';

/** Numbers have bit 30 set: they are no table and no mark that the kernel, FRR or a user may have. */
const FIRST = 2 ** 30;

/** Key of a connection, such as `fig3/ab`. */
export const flowKey = (experiment: string, connection: string): string => `${experiment}/${connection}`;

/**
 * A number of 31 bits for each connection, by flowKey. It follows from the name, so that it stays the same without being kept anywhere; of two
 * names that give the same one (one in 2000 testbeds with a thousand connections) the later by name has the next.
 */
export function flowNumbers(experiments: readonly Experiment[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  const taken = new Set<number>();
  const keys = experiments.flatMap(({ metadata, spec }) =>
    spec.connections.map(({ name }) => flowKey(metadata.name, name)),
  );
  for (const key of keys.sort(byText((one) => one))) {
    let number = numberDigest(key);
    while (taken.has(number)) number = (number + 1) % FIRST;
    taken.add(number);
    numbers.set(key, FIRST + number);
  }
  return numbers;
}
