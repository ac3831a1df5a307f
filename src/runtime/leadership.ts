import { StoreError } from '../core/failure.ts';
import type { Election, Term } from '../ports/object-store.ts';

/**
 * Remembers the term that this process leads in, for those who change something outside of etcd: there no fence refuses what comes too late, so
 * they ask right before they send it.
 */
export class Leadership implements Election {
  readonly #election: Election;
  #term: Term | undefined;

  constructor(election: Election) {
    this.#election = election;
  }

  async campaign(signal: AbortSignal): Promise<Term> {
    this.#term = await this.#election.campaign(signal);
    return this.#term;
  }

  /** @throws StoreError 'fenced' when this process does not lead. */
  assert(): void {
    if (this.#term === undefined) throw new StoreError('fenced', 'this operator does not lead');
    this.#term.signal.throwIfAborted();
  }
}
