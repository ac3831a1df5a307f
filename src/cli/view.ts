import { type Kind, KINDS, type ObjectRef, refText, type TestbedObject } from '../api/object.ts';
import { parseObject } from '../api/parse.ts';
import type { FieldProblem } from '../api/problem.ts';
import { STATUS_SCHEMAS } from '../api/status-schema.ts';
import type { Condition, Status } from '../api/status.ts';
import { recallAccepted } from '../controllers/recall.ts';
import type { AcceptedRecord } from '../core/plan/accepted.ts';
import type { StoredEntry } from '../ports/object-store.ts';
import type { OpenStore } from './wire-store.ts';

/** Everything that the store knows of one object. */
export interface ObjectView {
  readonly ref: ObjectRef;
  /** Where users write it. */
  readonly key: string;
  /** Text at the key; undefined when the key is gone and the operator is still taking the object down. */
  readonly text: string | undefined;
  /** As written, with defaults; undefined when there is nothing or it cannot be read. */
  readonly object: TestbedObject | undefined;
  readonly problems: readonly FieldProblem[];
  /** What the operator runs; undefined when it has accepted nothing yet. */
  readonly accepted: AcceptedRecord | undefined;
  readonly status: Status | undefined;
}

/** A status of an operator older or newer than this command may not fit; then it is as good as none. */
function readStatus(kind: Kind, entry: StoredEntry | undefined): Status | undefined {
  try {
    const parsed = STATUS_SCHEMAS[kind].safeParse(JSON.parse(entry?.value ?? 'null'));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function readAccepted(open: OpenStore, entry: StoredEntry | undefined): AcceptedRecord | undefined {
  if (entry === undefined) return undefined;
  try {
    return [...recallAccepted(open.keys, [entry]).values()][0];
  } catch {
    return undefined;
  }
}

interface Entries {
  readonly desired: StoredEntry | undefined;
  readonly accepted: StoredEntry | undefined;
  readonly status: StoredEntry | undefined;
}

function viewOf(open: OpenStore, ref: ObjectRef, { desired, accepted, status }: Entries): ObjectView {
  const key = open.keys.desiredOf(ref);
  const parsed = desired === undefined ? undefined : parseObject(key, ref, desired.value);
  return {
    ref,
    key,
    text: desired?.value,
    object: parsed?.ok === true ? parsed.object : undefined,
    problems: parsed?.ok === false ? parsed.problems : [],
    accepted: readAccepted(open, accepted),
    status: readStatus(ref.kind, status),
  };
}

/** @returns undefined for an object of which the store has no trace. */
export async function loadView(open: OpenStore, ref: ObjectRef): Promise<ObjectView | undefined> {
  const { store, keys } = open;
  const [desired, accepted, status] = await Promise.all([
    store.get(keys.desiredOf(ref)),
    store.get(keys.acceptedOf(ref)),
    store.get(keys.statusOf(ref)),
  ]);
  if (desired === undefined && accepted === undefined && status === undefined) return undefined;
  return viewOf(open, ref, { desired, accepted, status });
}

/** All objects of some kinds, by kind as given and then by name; those that are being taken down, too. */
export async function loadViews(open: OpenStore, kinds: readonly Kind[]): Promise<readonly ObjectView[]> {
  const { store, keys } = open;
  const views = await Promise.all(
    kinds.map(async (kind) => {
      const { plural } = KINDS[kind];
      const [desired, accepted, status] = await Promise.all(
        [keys.desired, keys.accepted, keys.status].map((base) => byName(open, `${base}${plural}/`)),
      );
      const names = new Set([desired, accepted, status].flatMap((entries) => [...(entries?.keys() ?? [])]));
      return [...names].sort(naturally).map((name) =>
        viewOf(
          open,
          { kind, name },
          {
            desired: desired?.get(name),
            accepted: accepted?.get(name),
            status: status?.get(name),
          },
        ),
      );
    }),
  );
  return views.flat();

  async function byName(_open: OpenStore, base: string): Promise<Map<string, StoredEntry>> {
    const { entries } = await store.list(base);
    return new Map(
      entries.flatMap((entry) => {
        const ref = keys.refOf(entry.key);
        return ref === undefined ? [] : [[ref.name, entry] as const];
      }),
    );
  }
}

const order = new Intl.Collator('en', { numeric: true });

/** vyos-9 before vyos-10. */
export const naturally = (one: string, other: string): number => order.compare(one, other);

export const conditionOf = (view: ObjectView, type: string): Condition | undefined =>
  view.status?.conditions.find((condition) => condition.type === type);

/** `True`, `False` or `Unknown`; the last also when the operator has said nothing yet. */
export const readiness = (view: ObjectView): string => conditionOf(view, 'Ready')?.status ?? 'Unknown';

/** Its key is gone, and the operator waits for a confirmation before it removes the object. */
export const isHeld = (view: ObjectView): boolean =>
  view.text === undefined && view.accepted?.deletion === 'held';

/** Why the object is not Ready, in one word; empty when it is. */
export function reasonOf(view: ObjectView): string {
  if (isHeld(view)) return 'DeletionHeld';
  if (view.text === undefined) return 'Removing';
  const valid = conditionOf(view, 'Valid');
  if (valid?.status === 'False') return valid.reason;
  if (view.problems.length > 0) return 'Invalid';
  const ready = conditionOf(view, 'Ready');
  if (ready === undefined) return 'NotSeenYet';
  return ready.status === 'True' ? '' : ready.reason;
}

/** The error for an object of which the store has no trace. */
export const notFoundText = (open: OpenStore, ref: ObjectRef): string =>
  `${refText(ref)} not found: there is no key ${open.keys.desiredOf(ref)}`;
