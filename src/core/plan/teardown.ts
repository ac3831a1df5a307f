import type { ObjectRef, TestbedObject } from '../../api/object.ts';
import type { Entry } from './entry.ts';
import type { Lingering } from './lingering.ts';
import { listing } from './listing.ts';
import { accessKeys, hostKeys, routerKey } from './owners.ts';
import { pairsOf } from './pairs.ts';
import { namersOf } from './standing.ts';

/** What becomes of objects whose key is gone. */
export interface Teardown {
  /** By refText: why it stays. */
  readonly kept: ReadonlyMap<string, string>;
  /** Not planned any more; its record stays until nothing of it is left. */
  readonly removing: readonly ObjectRef[];
  /** Of these, those of which nothing is left. */
  readonly forget: readonly ObjectRef[];
}

/** @param versionOf the version of an entry that is accepted now. */
export function teardownOf(
  entries: ReadonlyMap<string, Entry>,
  versionOf: (entry: Entry) => TestbedObject | undefined,
  lingering: Lingering | undefined,
): Teardown {
  const named = namersOf(entries, versionOf);
  const kept = new Map<string, string>();
  const gone: Entry[] = [];
  for (const entry of entries.values()) {
    if (entry.written !== undefined || entry.accepted === undefined || entry.waits) continue;
    const why = reasonToKeep(entry, named);
    if (why === undefined) gone.push(entry);
    else kept.set(entry.text, why);
  }
  const left =
    gone.length === 0 || lingering === undefined ? undefined : leftovers(entries, versionOf, lingering);
  return {
    kept,
    removing: gone.map(({ ref }) => ref),
    forget: gone
      .filter(({ accepted }) => left !== undefined && !left(accepted?.object))
      .map(({ ref }) => ref),
  };
}

function reasonToKeep(
  { ref, frozen }: Entry,
  named: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  if (frozen) return 'frozen by its annotation; write it again without that, then delete it';
  const namers = ref.kind === 'Router' ? (named.get(ref.name) ?? []) : [];
  return namers.length === 0 ? undefined : `still named by ${listing(namers)}`;
}

/** Whether anything of an object is left in Docker that no live object has too. */
function leftovers(
  entries: ReadonlyMap<string, Entry>,
  versionOf: (entry: Entry) => TestbedObject | undefined,
  { keys }: Lingering,
): (object: TestbedObject | undefined) => boolean {
  const inUse = new Set(
    [...entries.values()].flatMap((entry) => {
      const version = entry.live ? versionOf(entry) : undefined;
      return version?.kind === 'Path' ? pairsOf(version).map(({ key }) => key) : [];
    }),
  );
  const ofExperiments = new Set([...keys].map((key) => key.slice(0, key.lastIndexOf('/') + 1)));
  return (object) => {
    switch (object?.kind) {
      case undefined:
        return false;
      case 'Router':
        return keys.has(routerKey(object.metadata.name));
      case 'Path':
        return pairsOf(object).some(({ key }) => keys.has(key) && !inUse.has(key));
      case 'Experiment': {
        const { name } = object.metadata;
        return ofExperiments.has(hostKeys(name)) || ofExperiments.has(accessKeys(name));
      }
    }
  };
}
