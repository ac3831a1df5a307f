import type { TraceHop } from '../diff/observed-router.ts';
import { type ProbeDirection, waypointsOf } from './probe.ts';

/** A hop as it is seen while packets are traced. */
export interface SeenHop extends TraceHop {
  /** What answered has no way on: packets end there. */
  readonly unreachable: boolean;
}

/** A hop and what it should be; the words of `verdictOf` come from the same comparison, of all hops at once. */
export interface JudgedHop {
  readonly ttl: number;
  readonly seen: SeenHop | undefined;
  /** Address; undefined: packets should have arrived before. */
  readonly expected: string | undefined;
  readonly right: boolean;
}

/** Judges the hops of one direction as they come, in order. */
export class HopJudge {
  readonly #wanted: readonly string[];
  #judged: JudgedHop[] = [];

  constructor(direction: ProbeDirection) {
    this.#wanted = waypointsOf(direction);
  }

  see(seen: SeenHop): JudgedHop {
    return this.#judge(seen.ttl, seen);
  }

  /** When the trace is over: the hop that should have followed, if packets ended too early. */
  end(): JudgedHop | undefined {
    const last = this.#judged.at(-1)?.ttl ?? 0;
    const early = this.firstWrong === undefined && last < this.#wanted.length;
    return early ? this.#judge(last + 1, undefined) : undefined;
  }

  get firstWrong(): JudgedHop | undefined {
    return this.#judged.find(({ right }) => !right);
  }

  get judged(): readonly JudgedHop[] {
    return this.#judged;
  }

  #judge(ttl: number, seen: SeenHop | undefined): JudgedHop {
    const expected = this.#wanted[ttl - 1];
    const right = seen !== undefined && !seen.unreachable && seen.address === expected;
    const judged = { ttl, seen, expected, right };
    this.#judged.push(judged);
    return judged;
  }
}
