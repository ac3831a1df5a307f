/** The highest revision of the store that this process has seen, in all its terms: a store that is lower was set back. */
export class Watermark {
  #revision = 0n;

  get revision(): bigint {
    return this.#revision;
  }

  /** @returns false when the store is older than it was. */
  saw(revision: bigint): boolean {
    if (revision < this.#revision) return false;
    this.#revision = revision;
    return true;
  }

  /** A user has confirmed that the store is right as it is. */
  reset(revision: bigint): void {
    this.#revision = revision;
  }
}
