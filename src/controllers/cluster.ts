import type { Keys } from '../api/keys.ts';
import type { Testbed as TestbedIdentity } from '../core/plan/intake.ts';
import type { Clock } from '../ports/clock.ts';
import type { Fence, ObjectStore } from '../ports/object-store.ts';

/** The testbed's identity: made once, with the first operator that leads; names and labels of everything derive from it. */
export async function ensureCluster(
  deps: {
    readonly store: ObjectStore;
    readonly keys: Keys;
    readonly clock: Clock;
    readonly uuid: () => string;
  },
  fence: Fence,
): Promise<TestbedIdentity> {
  const { store, keys, clock, uuid } = deps;
  const there = await store.get(keys.cluster);
  if (there !== undefined) {
    return {
      prefix: keys.prefix,
      uid: uidOf(there.value, keys.cluster),
      createRevision: there.createRevision,
    };
  }
  const uid = uuid();
  const value = JSON.stringify({ uid, createdAt: clock.now() });
  const { revision } = await store.commit([{ type: 'put', key: keys.cluster, value }], {
    fence,
    guards: [{ type: 'absent', key: keys.cluster }],
  });
  return { prefix: keys.prefix, uid, createRevision: revision };
}

function uidOf(value: string, key: string): string {
  const parsed: unknown = JSON.parse(value);
  if (typeof parsed === 'object' && parsed !== null && 'uid' in parsed && typeof parsed.uid === 'string')
    return parsed.uid;
  throw new Error(
    `${key} holds ${value.slice(0, 100)}; expected {"uid": "…"}. Restore it; hinge changes nothing before.`,
  );
}
