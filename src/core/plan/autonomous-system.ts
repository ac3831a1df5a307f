import type { TestbedObject } from '../../api/object.ts';
import type { DesiredSession } from './desired.ts';
import { routerKey } from './owners.ts';

/** A router as its neighbours know it. */
export interface Speaker {
  readonly asn: number;
  readonly sessions: readonly DesiredSession[];
}

/** Whether a session is one of iBGP: both its routers are of one AS. */
export const isInternal = (session: Pick<DesiredSession, 'asn'>, asn: number): boolean => session.asn === asn;

/** Whether two routers, by their keys, may have one AS number. */
export type IsOneAs = (one: string, other: string) => boolean;

/**
 * Tells whether Paths join two routers, by their keys, within the AS whose number both write. Whoever writes a number that another router has, and is not joined with it,
 * has more likely mistaken it.
 */
export function joinedWithin(objects: readonly TestbedObject[]): IsOneAs {
  const asnOf = new Map<string, number>();
  for (const { kind, metadata, spec } of objects)
    if (kind === 'Router' && spec.asn !== undefined) asnOf.set(routerKey(metadata.name), spec.asn);
  const neighbours = new Map<string, string[]>();
  const join = (one: string, other: string): void => {
    neighbours.set(one, [...(neighbours.get(one) ?? []), other]);
    neighbours.set(other, [...(neighbours.get(other) ?? []), one]);
  };
  for (const object of objects) {
    if (object.kind !== 'Path') continue;
    const { via, engineering } = object.spec;
    /** By AS number: its last router so far. */
    const last = new Map<number, string>();
    for (const [index, router] of via.map(routerKey).entries()) {
      const asn = asnOf.get(router);
      if (asn === undefined) continue;
      const before = last.get(asn);
      // Over SRv6 a Path may leave an AS and come back.
      const isNext = before === routerKey(via[index - 1] ?? '') || engineering === 'srv6';
      if (before !== undefined && isNext) join(before, router);
      last.set(asn, router);
    }
  }
  const partOf = new Map<string, string>();
  for (const start of neighbours.keys()) {
    if (partOf.has(start)) continue;
    const part = [start];
    for (const router of part) {
      if (partOf.has(router)) continue;
      partOf.set(router, start);
      part.push(...(neighbours.get(router) ?? []));
    }
  }
  return (one, other) => partOf.has(one) && partOf.get(one) === partOf.get(other);
}
