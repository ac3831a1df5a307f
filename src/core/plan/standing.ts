import type { TestbedObject } from '../../api/object.ts';
import type { CommittedClaims } from './committed-claims.ts';
import type { Entry } from './entry.ts';
import type { Finding } from './finding.ts';
import { routersNamedBy, wantsOf } from './object-check.ts';
import { Register } from './register.ts';
import type { PlanSettings } from './settings.ts';
import { byText, groupBy } from './sorting.ts';
import type { Want } from './want.ts';

/** The accepted versions that stand, with the values that they hold. */
export interface Standing {
  readonly register: Register;
  /** By refText. */
  readonly versions: Map<string, TestbedObject>;
  /**
   * By refText: accepted objects that cannot have all of their values. Others have them when an object was deleted and
   * comes back, or when an intake was cut off between two writes.
   */
  readonly contested: ReadonlyMap<string, readonly Finding[]>;
}

/** By name of a Router: refTexts of the live accepted objects that name it. */
export function namersOf(
  entries: ReadonlyMap<string, Entry>,
  versionOf: (entry: Entry) => TestbedObject | undefined,
): ReadonlyMap<string, readonly string[]> {
  const pairs = [...entries.values()].flatMap((entry) => {
    const version = entry.live ? versionOf(entry) : undefined;
    const names = version === undefined ? [] : new Set(routersNamedBy(version));
    return [...names].map((name) => ({ name, text: entry.text }));
  });
  const groups = groupBy(pairs, ({ name }) => name);
  return new Map([...groups].map(([name, group]) => [name, group.map(({ text }) => text)]));
}

/** Puts what was accepted before into a fresh register: live objects, and Routers that these still name. */
export function standingOf(
  entries: ReadonlyMap<string, Entry>,
  committed: CommittedClaims,
  settings: PlanSettings,
): Standing {
  const named = namersOf(entries, ({ accepted }) => accepted?.object);
  const world = { accessClaims: (experiment: string) => committed.accessOf(experiment) };
  const standing = [...entries.values()].flatMap((entry) => {
    const { accepted, live, ref, text } = entry;
    if (accepted === undefined || !(live || (ref.kind === 'Router' && named.has(ref.name)))) return [];
    return [{ text, object: accepted.object, wants: wantsOf(accepted.object, world) }];
  });
  const register = new Register(committed, settings);
  const contested = new Map<string, readonly Finding[]>();
  // Who has claims in the store comes before who has none yet: those may be of an intake that was cut off in between.
  const claims = (want: Want): string => `${want.pool} ${want.value ?? ''} ${want.owner}`;
  const written = new Set(standing.flatMap(({ wants }) => wants.map(claims)));
  const isSettled = (want: Want): boolean => {
    const { pool, value, owner } = want;
    if (value === undefined || committed.find({ pool, owner, value }) !== undefined) return true;
    // Of the routers of one AS, another one may have the claim of its number.
    return (
      pool === 'asn' &&
      committed
        .against({ pool, value, owner })
        .some((claim) => written.has(claims({ ...want, owner: claim.owner })))
    );
  };
  const order = standing
    .map((item) => ({ ...item, rank: item.wants.every(isSettled) ? '0' : '1' }))
    .sort(byText(({ rank }) => rank));
  for (const { text, wants } of order) {
    const conflicts = register.hold(text, wants);
    if (conflicts.length > 0) contested.set(text, conflicts);
  }
  return { register, versions: new Map(standing.map(({ text, object }) => [text, object])), contested };
}
