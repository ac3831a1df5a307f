import PQueue from 'p-queue';

/** A number of places for work that runs at once: first come, first served. Controllers may share one. */
export class Bound {
  readonly #queue: PQueue;
  readonly places: number;

  /** @param places how many tasks may run at once; 1 or more. */
  constructor(places: number) {
    this.places = places;
    this.#queue = new PQueue({ concurrency: places });
  }

  /**
   * Runs `task` as soon as a place is free, never within this call. The place is held until the task settles or calls
   * `leave`, whatever comes first. A task must not reject: that is a bug, and nobody handles it.
   */
  run(task: (leave: () => void) => Promise<void>): void {
    void this.#queue.add(async () => {
      await Promise.resolve();
      await new Promise<void>((leave) => void task(leave).finally(leave));
    });
  }
}
