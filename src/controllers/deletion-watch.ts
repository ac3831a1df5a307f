import type { Keys } from '../api/keys.ts';
import { type ObjectRef, refText } from '../api/object.ts';
import { type Confirmation, decodeConfirmation } from '../core/guard/confirmation.ts';
import { type DeletionGuard, heldOf, heldText, type Hold } from '../core/guard/deletions.ts';
import type { AcceptedRecord } from '../core/plan/accepted.ts';
import { listing } from '../core/plan/listing.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { StoredEntry } from '../ports/object-store.ts';
import type { EventRecorder } from './event-recorder.ts';

/** Deletions that come within this many ms of each other count together, even if the first are done already. */
const TOGETHER_MS = 10_000;

export interface DeletionWatchDeps {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  /** As DeletionGuard's. */
  readonly share: number | undefined;
}

/** Keeps what the guard of deletions needs to know besides the records, and tells users what it holds. */
export class DeletionWatch {
  readonly #deps: DeletionWatchDeps;
  /** By refText: when it was let go without a confirmation. */
  readonly #passed = new Map<string, number>();
  /** By refText: those that users were told of. */
  #told: ReadonlyMap<string, ObjectRef>;
  #begun = false;

  /** @param accepted what earlier terms held was told then. */
  constructor(deps: DeletionWatchDeps, accepted: Iterable<AcceptedRecord>) {
    this.#deps = deps;
    this.#told = byText(heldOf(accepted));
  }

  /** @param confirmed entries below `confirm/`. */
  guard(confirmed: readonly StoredEntry[]): DeletionGuard {
    const { keys, clock, share } = this.#deps;
    const since = clock.monotonicMs() - TOGETHER_MS;
    for (const [text, at] of this.#passed) if (at < since) this.#passed.delete(text);
    const recent = new Set(this.#passed.keys());
    const confirmations = confirmed.flatMap(({ key, value, modRevision }): Confirmation[] => {
      const ref = keys.refOf(key);
      return ref === undefined ? [] : [decodeConfirmation(ref, value, modRevision)];
    });
    return { share, confirmations, recent };
  }

  /** A record was put. */
  recorded({ ref, deletion }: AcceptedRecord): void {
    if (deletion === 'passed') this.#passed.set(refText(ref), this.#deps.clock.monotonicMs());
  }

  /** Says what is held now and was not before, and what became of the rest. */
  tell(hold: Hold | undefined, accepted: ReadonlyMap<string, AcceptedRecord>, logger: Logger): void {
    const { events, metrics } = this.#deps;
    const held = byText(heldOf(accepted.values()));
    metrics.deletionsHeld.set({}, held.size);
    const first = !this.#begun;
    this.#begun = true;
    const fresh = [...held.values()].filter((ref) => !this.#told.has(refText(ref)));
    if ((fresh.length > 0 || first) && hold !== undefined) {
      const message = heldText(hold);
      const objects = listing([...held.keys()]);
      logger.warn(
        { ...hold, objects },
        'deletions are held: confirm them with "hinge confirm", or write the objects again',
      );
      for (const ref of fresh) events.warning(ref, 'DeletionHeld', message);
      if (fresh.length > 0)
        events.warning({ kind: 'Testbed', name: 'deletions' }, 'DeletionHeld', `${objects}: ${message}`);
    }
    for (const [text, ref] of this.#told) {
      if (held.has(text)) continue;
      const deletion = accepted.get(text)?.deletion;
      if (deletion === 'confirmed') events.normal(ref, 'DeletionConfirmed', 'its removal was confirmed');
      else if (accepted.has(text)) events.normal(ref, 'DeletionWithdrawn', 'it was written again, and stays');
    }
    this.#told = held;
  }
}

const byText = (refs: readonly ObjectRef[]): ReadonlyMap<string, ObjectRef> =>
  new Map(refs.map((ref) => [refText(ref), ref]));
