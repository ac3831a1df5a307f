import type { ExportRule, ImportRule, RouterBgp } from '../../api/bgp.ts';
import { isInternal } from './autonomous-system.ts';
import type { DesiredSession } from './desired.ts';
import type { PolicyNote } from './policy-note.ts';
import { listing } from './listing.ts';
import type { PlannedRouter } from './topology.ts';

/** What is to be said of rules of a router some of whose neighbours are of its own AS. */
export function prependNotes(
  { asn, object }: Pick<PlannedRouter, 'asn' | 'object'>,
  sessions: readonly DesiredSession[],
): PolicyNote[] {
  const internal = sessions.filter((session) => isInternal(session, asn)).map(({ peer }) => peer);
  const { bgp } = object.spec;
  if (bgp === undefined || internal.length === 0) return [];
  return [...leftOut(bgp, internal, asn), ...cut(bgp, internal, asn)];
}

type Rules = readonly (ImportRule | ExportRule)[] | undefined;

/** Rules for a neighbour of the same AS that change AS paths. */
const leftOut = (bgp: RouterBgp, internal: readonly string[], asn: number): PolicyNote[] =>
  (bgp.neighbors ?? []).flatMap((entry, index) =>
    (['import', 'export'] as const).flatMap((way) =>
      ((entry[way] ?? []) as NonNullable<Rules>).flatMap(({ set }, at): PolicyNote[] => {
        const what = prependedBy(set);
        if (what === undefined || !internal.includes(entry.router)) return [];
        const message = `spec.bgp.neighbors[${index.toString()}].${way}[${at.toString()}].set.${what}: ${entry.router} is of AS ${asn.toString()} too, within which AS paths stay as they are; the rest of the rule holds`;
        return [{ reason: 'NotInsideAs', message }];
      }),
    ),
  );

const prependedBy = (set: ImportRule['set']): 'prepend' | 'prependAsns' | undefined =>
  set?.prepend !== undefined ? 'prepend' : set?.prependAsns !== undefined ? 'prependAsns' : undefined;

/** Rules that put the own AS number onto what is heard of other ASes, which the own AS then does not take. */
function cut(bgp: RouterBgp, internal: readonly string[], asn: number): PolicyNote[] {
  const own = (rules: Rules, base: string): PolicyNote[] =>
    (rules ?? []).flatMap(({ set }, at): PolicyNote[] => {
      if (set?.prepend === undefined && set?.prependAsns?.includes(asn) !== true) return [];
      const message = `${base}.import[${at.toString()}] puts AS ${asn.toString()} onto what other ASes announce: ${listing([...internal].sort())} of the same AS ${internal.length === 1 ? 'does' : 'do'} not take such routes`;
      return [{ reason: 'CutsAs', message }];
    });
  return [
    ...own(bgp.import, 'spec.bgp'),
    ...(bgp.neighbors ?? []).flatMap(({ router, import: rules }, index) =>
      internal.includes(router) ? [] : own(rules, `spec.bgp.neighbors[${index.toString()}]`),
    ),
  ];
}

/** By router: that its AS is in parts. Routers without any neighbour do not count. */
export function partNotes(
  routers: Iterable<PlannedRouter>,
  sessionsOf: (router: string) => readonly DesiredSession[],
): ReadonlyMap<string, PolicyNote> {
  const joined = [...routers].filter(({ name }) => sessionsOf(name).length > 0);
  const asnOf = new Map(joined.map(({ name, asn }) => [name, asn]));
  const seen = new Set<string>();
  const parts = new Map<number, (readonly string[])[]>();
  for (const { name, asn } of joined) {
    if (seen.has(name)) continue;
    const part = [name];
    seen.add(name);
    for (const router of part)
      for (const { peer } of sessionsOf(router))
        if (!seen.has(peer) && asnOf.get(peer) === asn) {
          seen.add(peer);
          part.push(peer);
        }
    parts.set(asn, [...(parts.get(asn) ?? []), part]);
  }
  const notes = [...parts].flatMap(([asn, of]) => {
    if (of.length === 1) return [];
    const shown = of.map((part) => listing([...part].sort())).join('; ');
    const message = `AS ${asn.toString()} is in ${of.length.toString()} parts that no link joins (${shown}): none takes another's routes, since BGP takes no route whose AS path has the router's own AS`;
    return of.flat().map((name) => [name, { reason: 'AsInParts', message }] as const);
  });
  return new Map(notes);
}
