/** What may happen to a call that changes something: it, or its answer, gets lost, and the operator may die of it. */
export const CALL_FAULTS = ['lost', 'unanswered', 'refused', 'crash before', 'crash after'] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

/** Faults of the connections between hinge and the engines. */
export class Faults {
  /** Node names, or `swarm`. */
  readonly unreachable = new Set<string>();
  /** Nodes whose list of networks is an old one. */
  readonly stale = new Set<string>();
  /** No event arrives. */
  deaf = false;
  /** Calls that met a fault. */
  happened = 0;
  readonly #armed: { skip: number; readonly fault: CallFault }[] = [];

  /** The next call that changes something, after `skip` others, meets the fault. */
  arm(fault: CallFault, skip: number): void {
    this.#armed.push({ skip, fault });
  }

  /** Of the call that is made now. */
  take(): CallFault | undefined {
    const due = this.#armed.findIndex(({ skip }) => skip <= 0);
    for (const one of this.#armed) one.skip -= 1;
    if (due < 0) return undefined;
    this.happened += 1;
    return this.#armed.splice(due, 1)[0]?.fault;
  }

  /** No fault any more. */
  end(): void {
    this.unreachable.clear();
    this.stale.clear();
    this.deaf = false;
    this.#armed.length = 0;
  }
}
