import type { EventRecord } from '../../api/status.ts';
import { eventPrefix, type KeptEvent, loadEvents } from '../event-log.ts';
import { usageError } from '../exit.ts';
import { follow } from '../follow.ts';
import { refsOf } from '../kinds.ts';
import { eventsText } from '../sections.ts';
import type { Session } from '../session.ts';
import type { OpenStore } from '../wire-store.ts';

export interface EventsOptions {
  readonly watch?: boolean;
  readonly output?: 'json';
  readonly type?: EventRecord['type'];
}

/** Events are also about nodes and the testbed, which are no objects that users write. */
const OTHER = /^(node|testbed)\/([^/]+)$/i;

function objectOf(words: readonly string[]): { kind: string; name: string } | undefined {
  if (words.length === 0) return undefined;
  const [, kind, name] = OTHER.exec(words.join('/')) ?? [];
  if (kind !== undefined && name !== undefined) return { kind, name };
  const [ref, ...more] = refsOf(words);
  if (more.length > 0) throw usageError('expected one object, such as router/vyos-57');
  return ref;
}

/** Prints events, oldest first; with --watch goes on with new ones until interrupted. */
export async function events(
  session: Session,
  words: readonly string[],
  options: EventsOptions,
): Promise<void> {
  const object = objectOf(words);
  await session.withStore(async (open) => {
    const prefix = eventPrefix(open, object);
    const load = async (): Promise<readonly KeptEvent[]> =>
      (await loadEvents(open, prefix)).filter(
        ({ event }) => options.type === undefined || event.type === options.type,
      );
    const first = await load();
    print(session, open, first, options);
    if (first.length === 0 && options.watch !== true && options.output === undefined) {
      session.output.note('no events: they are kept for a while only');
    }
    if (options.watch !== true) return;
    let seen = new Map(first.map(({ key, event }) => [key, event.count]));
    await follow(
      open,
      [prefix],
      async () => {
        const now = await load();
        print(
          session,
          open,
          now.filter(({ key, event }) => seen.get(key) !== event.count),
          options,
        );
        seen = new Map(now.map(({ key, event }) => [key, event.count]));
        return undefined;
      },
      { onTrouble: (error) => session.output.warning(error.message) },
    );
  });
}

function print(
  session: Session,
  open: OpenStore,
  kept: readonly KeptEvent[],
  { output }: EventsOptions,
): void {
  if (kept.length === 0) return;
  const records = kept.map(({ event }) => event);
  if (output === 'json') for (const record of records) session.output.print(JSON.stringify(record));
  else session.output.print(eventsText(records, Date.parse(open.clock.now())));
}
