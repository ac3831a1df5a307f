import type { UnitDiff } from '../core/diff/action.ts';
import type { Logger } from '../ports/logger.ts';
import type { Context } from './context.ts';

/** Applies what one unit needs, and keeps the sweep from judging it meanwhile. @throws as Applier.apply. */
export async function applyUnit(
  { applier, busy }: Context,
  unit: string,
  diff: UnitDiff,
  scope: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<void> {
  if (diff.sequences.length === 0) return;
  busy.add(unit);
  try {
    await applier.apply(diff, scope);
  } finally {
    busy.delete(unit);
  }
}
