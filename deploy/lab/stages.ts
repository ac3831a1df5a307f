/** Tells how long each part took, so that a slow one is seen where it happens. Parts may overlap. */
export class Stages {
  readonly #tell: (line: string) => void;
  readonly #start = performance.now();

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  async run(name: string, action: () => Promise<void>): Promise<void> {
    const start = performance.now();
    await action();
    this.#tell(`  ${name.padEnd(12)}${seconds(start)}`);
  }

  total(what: string): void {
    this.#tell(`${what} after ${seconds(this.#start)}`);
  }
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
