import { z } from 'zod';
import type { EventRecord } from '../api/status.ts';
import type { OpenStore } from './wire-store.ts';

const Event = z.object({
  type: z.enum(['Normal', 'Warning']),
  reason: z.string(),
  message: z.string(),
  object: z.object({ kind: z.enum(['Router', 'Path', 'Experiment', 'Node', 'Testbed']), name: z.string() }),
  count: z.number(),
  firstTimestamp: z.string(),
  lastTimestamp: z.string(),
}) satisfies z.ZodType<EventRecord>;

/** An event and where it is kept: the same key again, with a higher count, is the same event again. */
export interface KeptEvent {
  readonly key: string;
  readonly event: EventRecord;
}

function readEvent(value: string): EventRecord | undefined {
  try {
    const parsed = Event.safeParse(JSON.parse(value));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

const byTime = (one: KeptEvent, other: KeptEvent): number =>
  one.event.lastTimestamp.localeCompare(other.event.lastTimestamp) || one.key.localeCompare(other.key);

/** Where the events of one object are, or all. */
export const eventPrefix = (
  open: OpenStore,
  object?: { readonly kind: string; readonly name: string },
): string =>
  object === undefined ? open.keys.events : `${open.keys.events}${object.kind.toLowerCase()}/${object.name}/`;

/** Events below a prefix, oldest first. */
export async function loadEvents({ store }: OpenStore, prefix: string): Promise<readonly KeptEvent[]> {
  const { entries } = await store.list(prefix);
  return entries
    .flatMap(({ key, value }) => {
      const event = readEvent(value);
      return event === undefined ? [] : [{ key, event }];
    })
    .sort(byTime);
}
