import type { NamedList, RouteMap } from '../route-map.ts';

/** VyOS makes lists with numbers up to this lists of communities, and all others, those with names too, lists of regular expressions. */
const MOST_STANDARD = 99;
/** FRR looks at ten characters of each community when an expression takes communities off (its community_str_get): 64512:12345 would stay. */
const SEEN = 10;

export const isStandard = (list: string): boolean => /^[0-9]+$/.test(list);

/** Lists by which communities are taken off that expressions would not find, each content once. */
function contentsOf(maps: readonly RouteMap[]): readonly string[] {
  return [...new Set(unseenOf(maps).map(({ entries }) => entries.join(' ')))];
}

function unseenOf(maps: readonly RouteMap[]): readonly NamedList<string>[] {
  const removed = new Set(maps.flatMap(({ clauses }) => clauses.flatMap(({ set }) => set.without ?? [])));
  return maps
    .flatMap(({ communityLists }) => communityLists)
    .filter(
      ({ name, entries }) =>
        removed.has(name) && entries.some((entry) => entry.length > SEEN && entry.includes(':')),
    );
}

/** Whether there are such lists. */
export const hasRemovals = (maps: readonly RouteMap[]): boolean => contentsOf(maps).length > 0;

/** More of them than there are numbers: the last ones stay expressions. */
export const hasTooManyRemovals = (maps: readonly RouteMap[]): boolean =>
  contentsOf(maps).length > MOST_STANDARD;

/** The same route-maps with numbers for names of such lists: from 99 down, away from what users count up, and one for the same communities. */
export function withStandardLists(maps: readonly RouteMap[]): readonly RouteMap[] {
  const contents = contentsOf(maps);
  const numbers = new Map(
    unseenOf(maps).flatMap(({ name, entries }) => {
      const at = contents.indexOf(entries.join(' '));
      return at < MOST_STANDARD ? [[name, String(MOST_STANDARD - at)] as const] : [];
    }),
  );
  const written = new Set<string>();
  const isNew = ({ name }: NamedList<string>): boolean => !written.has(name) && written.add(name).has(name);
  return maps.map((map) => ({
    ...map,
    communityLists: map.communityLists
      .map((list) => ({ ...list, name: numbers.get(list.name) ?? list.name }))
      .filter(isNew),
    clauses: map.clauses.map((clause) => {
      const number = numbers.get(clause.set.without ?? '');
      return number === undefined ? clause : { ...clause, set: { ...clause.set, without: number } };
    }),
  }));
}
