interface Placed {
  readonly node: string;
  readonly id: string;
}

/** Where Swarm has started each workload. */
export class PlacedContainers {
  readonly #placed = new Map<string, Placed>();
  readonly #waiting = new Map<string, ((placed: Placed) => void)[]>();
  readonly #running = new Set<string>();
  #empty: (() => void) | undefined;

  started(workload: string, node: string, id: string): void {
    const placed = { node, id };
    this.#placed.set(workload, placed);
    this.#running.add(id);
    for (const resolve of this.#waiting.get(workload) ?? []) resolve(placed);
    this.#waiting.delete(workload);
  }

  destroyed(id: string): void {
    this.#running.delete(id);
    if (this.#running.size === 0) this.#empty?.();
  }

  /** Waits until it has started. */
  async of(workload: string): Promise<Placed> {
    const placed = this.#placed.get(workload);
    if (placed !== undefined) return placed;
    return new Promise((resolve) => {
      this.#waiting.set(workload, [...(this.#waiting.get(workload) ?? []), resolve]);
    });
  }

  async allDestroyed(): Promise<void> {
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => (this.#empty = resolve));
  }
}
