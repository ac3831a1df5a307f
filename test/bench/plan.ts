import { readExample } from '../../deploy/demo/testbed.ts';
import { Keys } from '../../src/api/keys.ts';
import { parseObject } from '../../src/api/parse.ts';
import type { DesiredState } from '../../src/core/plan/desired.ts';
import type { IntakeInput } from '../../src/core/plan/intake.ts';
import { Bench } from '../unit/core/plan/bench.ts';

export interface WrittenKey {
  readonly key: string;
  readonly value: string;
}

/** An example's objects at their keys, in the order in which users write them: routers, paths, experiments. */
export const exampleKeys = (directory: string, keys: Keys): readonly WrittenKey[] =>
  readExample(directory).map(({ name, json }) => ({ key: keys.desired + name, value: json }));

class Plan extends Bench {
  readonly #uid: string;
  readonly #prefix: string;

  constructor(prefix: string, uid: string) {
    super();
    this.#prefix = prefix;
    this.#uid = uid;
  }

  override input(): IntakeInput {
    return { ...super.input(), testbed: { prefix: this.#prefix, uid: this.#uid, createRevision: 1n } };
  }
}

/** What hinge would make of the objects. @param uid makes the names of networks differ from those of any other run. */
export function planOf(written: readonly WrittenKey[], keys: Keys, uid: string): DesiredState {
  const plan = new Plan(keys.prefix, uid);
  for (const { key, value } of written) {
    const ref = keys.refOf(key);
    const parsed = ref === undefined ? undefined : parseObject(key, ref, value);
    if (parsed?.ok !== true) throw new Error(`${key} cannot be planned`);
    plan.put(parsed.object);
  }
  return plan.settle().desired;
}
