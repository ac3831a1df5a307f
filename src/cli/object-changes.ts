import { isDeepStrictEqual } from 'node:util';
import { type ObjectRef, refText, type TestbedObject } from '../api/object.ts';
import type { AcceptedRecord } from '../core/plan/accepted.ts';
import type { Foresight } from '../core/plan/foresight.ts';
import { toYaml } from './document.ts';
import { hunks } from './hunks.ts';

/** What becomes of one object. */
export interface ObjectChange {
  readonly ref: ObjectRef;
  /** `frozen`: it is written, and nothing follows from that until its annotation is gone. */
  readonly change: 'created' | 'changed' | 'unchanged' | 'frozen';
  /** False: it is in etcd and not accepted yet, so that the operator takes it in together with what is given. */
  readonly given: boolean;
  /** Unified, without a head; empty unless it is changed. */
  readonly diff: string;
}

const textOf = ({ metadata, spec }: TestbedObject): string => toYaml({ metadata, spec });

/** @param given in the order of the files. */
export function objectChanges(
  given: readonly ObjectRef[],
  now: { readonly accepted: readonly AcceptedRecord[]; readonly removing: readonly ObjectRef[] },
  then: Foresight,
): readonly ObjectChange[] {
  const removing = new Set(now.removing.map(refText));
  const before = new Map(
    now.accepted
      .filter(({ ref }) => !removing.has(refText(ref)))
      .map((record) => [refText(record.ref), record.object]),
  );
  const changeOf = (ref: ObjectRef, isGiven: boolean): ObjectChange => {
    const name = refText(ref);
    const one = before.get(name);
    const other = then.accepted.get(name)?.object;
    const about = { ref, given: isGiven, diff: '' };
    if (then.intake.frozen.has(name)) return { ...about, change: 'frozen' };
    if (one === undefined) return { ...about, change: 'created' };
    if (other === undefined || isDeepStrictEqual(one, other)) return { ...about, change: 'unchanged' };
    return { ...about, change: 'changed', diff: hunks(textOf(one), textOf(other)) };
  };
  const names = new Set(given.map(refText));
  const others = [...then.accepted.values()]
    .map(({ ref }) => ref)
    .filter((ref) => !names.has(refText(ref)) && !then.intake.removing.some((gone) => same(gone, ref)));
  return [
    ...given.map((ref) => changeOf(ref, true)),
    ...others
      .map((ref) => changeOf(ref, false))
      .filter(({ change }) => change === 'created' || change === 'changed'),
  ];
}

const same = (one: ObjectRef, other: ObjectRef): boolean => refText(one) === refText(other);
