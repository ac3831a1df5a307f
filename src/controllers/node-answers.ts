import type { Clock } from '../ports/clock.ts';

/** A node that lacks something is asked again after this many ms: somebody may have loaded a module. */
const ASK_AGAIN_MS = 300_000;

/** What the kernels of nodes can. A good answer holds for as long as this operator leads. */
export class NodeAnswers<T> {
  readonly #clock: Clock;
  readonly #isGood: (answer: T) => boolean;
  /** By node. `at`: ms, monotonic. */
  readonly #known = new Map<string, { readonly answer: T; readonly at: number }>();

  constructor(clock: Clock, isGood: (answer: T) => boolean) {
    this.#clock = clock;
    this.#isGood = isGood;
  }

  /** @throws what `ask` throws. */
  async of(node: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(node);
    const now = this.#clock.monotonicMs();
    if (known !== undefined && (this.#isGood(known.answer) || now - known.at < ASK_AGAIN_MS))
      return known.answer;
    const answer = await ask();
    this.#known.set(node, { answer, at: now });
    return answer;
  }
}
