import { z } from 'zod';
import { StoreError } from '../core/failure.ts';
import { jsonFields } from '../core/json.ts';
import { CliError } from './exit.ts';
import type { Session } from './session.ts';
import type { OpenStore } from './wire-store.ts';

/** What the operator says while it changes nothing, since it does not trust the store. */
const Frozen = z.object({ id: z.string(), reason: z.string(), message: z.string(), since: z.string() });
export type Frozen = z.infer<typeof Frozen>;

/** @returns undefined when the operator is not frozen. @throws CliError when what it says cannot be read. */
export async function loadFrozen({ store, keys }: OpenStore): Promise<Frozen | undefined> {
  const entry = await store.get(keys.frozen);
  if (entry === undefined) return undefined;
  const frozen = Frozen.safeParse(jsonFields(entry.value));
  if (!frozen.success) throw new CliError(`the operator is frozen, but ${entry.key} does not say why`);
  return frozen.data;
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
    if (error instanceof CliError) session.output.warning(error.message);
    // Who may not read this key may still read objects.
    else if (!(error instanceof StoreError) || error.kind !== 'denied') throw error;
  }
}
