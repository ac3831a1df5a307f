import { z } from 'zod';
import { StoreError } from '../core/failure.ts';
import type { Session } from './session.ts';
import type { OpenStore } from './wire-store.ts';

/** What the operator says while it changes nothing, since it does not trust the store. */
const Frozen = z.object({ id: z.string(), reason: z.string(), message: z.string(), since: z.string() });
export type Frozen = z.infer<typeof Frozen>;

/** @returns undefined when the operator is not frozen. */
export async function loadFrozen({ store, keys }: OpenStore): Promise<Frozen | undefined> {
  const entry = await store.get(keys.frozen);
  if (entry === undefined) return undefined;
  try {
    return Frozen.safeParse(JSON.parse(entry.value)).data;
  } catch {
    return undefined;
  }
}

/** Says so before anything else: what is shown or written then is not what happens. */
export async function warnIfFrozen(session: Session, open: OpenStore): Promise<void> {
  try {
    const frozen = await loadFrozen(open);
    if (frozen === undefined) return;
    session.output.warning(
      `the operator is frozen since ${frozen.since} (${frozen.reason}): ${frozen.message}`,
    );
  } catch (error) {
    // Who may not read this key may still read objects.
    if (!(error instanceof StoreError) || error.kind !== 'denied') throw error;
  }
}
