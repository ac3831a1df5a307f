import type { TestbedObject } from '../../../../src/api/object.ts';
import { parseObject } from '../../../../src/api/parse.ts';
import { recallAccepted, recallAllocations } from '../../../../src/controllers/recall.ts';
import { decodeIdentity } from '../../../../src/core/guard/store-identity.ts';
import { type Intake, intake, type Lingering, type WrittenObject } from '../../../../src/core/plan/intake.ts';
import { DEFAULT_SETTINGS } from '../../../../src/core/plan/settings.ts';
import type { ModelTestbed } from './model-testbed.ts';

/** What is written below `desired/`, but for what is no object. */
export const writtenIn = ({
  keys,
  store,
}: Pick<ModelTestbed, 'keys' | 'store'>): readonly (WrittenObject & { readonly object: TestbedObject })[] =>
  store.below(keys.desired).flatMap(({ key, value, createRevision, modRevision }) => {
    const ref = keys.refOf(key);
    if (ref === undefined) return [];
    const parsed = parseObject(key, ref, value);
    return parsed.ok ? [{ ref, createRevision, modRevision, object: parsed.object }] : [];
  });

/** What the store says should be. @param lingering what of it is there; undefined: not known. */
export function planOf({ keys, store }: ModelTestbed, lingering?: Lingering): Intake {
  const cluster = store.below(keys.cluster)[0];
  const uid = decodeIdentity(cluster?.value ?? '')?.uid ?? '';
  return intake({
    written: writtenIn({ keys, store }),
    accepted: [...recallAccepted(keys, store.below(keys.accepted)).values()],
    allocations: [...recallAllocations(keys, store.below(keys.allocations)).values()],
    lingering,
    settings: DEFAULT_SETTINGS,
    testbed: { prefix: keys.prefix, uid, createRevision: cluster?.createRevision ?? 0n },
  });
}
