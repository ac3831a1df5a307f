import type { Election, Term } from '../ports/object-store.ts';
import { type OperatorDeps, serveTerm } from './term.ts';
import { tellFrozen } from './trust.ts';
import { Watermark } from './watermark.ts';

/** A term that failed is followed by the next attempt no sooner than this many ms. */
const RETRY_MS = 1_000;

/** The operator: waits until it leads, serves the term, and starts over, until stopped. Whatever a term knew is read anew by the next. */
export async function operate(deps: OperatorDeps, election: Election, stop: AbortSignal): Promise<void> {
  const { logger, metrics, clock } = deps;
  const stopped = (): boolean => stop.aborted;
  const watermark = new Watermark();
  metrics.leader.set({}, 0);
  metrics.deletionsHeld.set({}, 0);
  tellFrozen(metrics, undefined);
  while (!stopped()) {
    let term: Term | undefined;
    try {
      term = await election.campaign(stop);
      metrics.leader.set({}, 1);
      await serveTerm(deps, term, watermark, stop);
    } catch (error) {
      if (!stopped()) logger.error({ err: error, retryInMs: RETRY_MS }, 'term of leadership failed');
    } finally {
      metrics.leader.set({}, 0);
      await term?.resign().catch((error: unknown) => {
        logger.warn({ err: error }, 'leadership not handed over; it ends with its lease');
      });
    }
    await clock.delay(RETRY_MS, stop).catch(() => undefined);
  }
}
