import type { OperatorProcess } from './operator.ts';

/** When the operator is killed: the write has been handed on and nobody has answered, or its answer has been handed back. */
export type Moment = 'forwarded' | 'answered';

/** What a proxy tells of one write. */
export interface Passage {
  readonly forwarded: () => void;
  readonly answered: () => void;
}

/** Every write of an operator, to engines and to etcd, goes through here: it can be killed at any of them, and no later write gets through. */
export class WriteGate {
  /** What was written, in the order in which it came. */
  readonly writes: string[] = [];
  #trap: { readonly at: number; readonly moment: Moment; readonly spring: () => void } | undefined;
  #closed = false;

  /** Kills the operator at its next write but `count - 1`. Resolves when it is dead; never if it writes less. */
  async killAt(count: number, moment: Moment, operator: () => OperatorProcess): Promise<void> {
    await new Promise<void>((spring) => {
      this.#trap = { at: this.writes.length + count, moment, spring };
    });
    await operator().kill();
  }

  /** Whether the operator is dead or dying, and nothing passes any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Lets everything pass again. */
  open(): void {
    this.#trap = undefined;
    this.#closed = false;
  }

  /** @returns undefined for a write that is not to be handed on */
  enter(write: string): Passage | undefined {
    if (this.#closed) return undefined;
    this.writes.push(write);
    const trap = this.#trap;
    if (trap === undefined || this.writes.length < trap.at) return { forwarded: ignore, answered: ignore };
    this.#closed = true;
    return { forwarded: ignore, answered: ignore, [trap.moment]: trap.spring };
  }
}

const ignore = (): void => undefined;
