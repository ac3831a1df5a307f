/** How long each stage took, for the table at the end. */
export class StageTimes {
  readonly #stages: (readonly [name: string, seconds: number])[] = [];

  async measure<T>(name: string, action: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await action();
    } finally {
      this.#stages.push([name, (performance.now() - start) / 1000]);
    }
  }

  table(): string {
    const width = Math.max(...this.#stages.map(([name]) => name.length));
    return this.#stages
      .map(([name, seconds]) => `${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s`)
      .join('\n');
  }
}
