import type { ObservedNetwork } from '../../core/diff/observed.ts';

/** Milliseconds that a listing may take before the last one does instead. Ordinary ones take ten. */
const PATIENCE_MS = 1_000;

/**
 * The networks that one engine lists. A manager asks the Raft leader for them, even for its own, and hangs for up to 20 s when
 * that has just been lost; all else on that node goes on. So a listing that does not come soon is replaced by the last one. That names
 * at most what has gone meanwhile, and who waits for a network to be gone waits a little longer.
 */
export class LocalNetworks {
  readonly #read: () => Promise<readonly ObservedNetwork[]>;
  #last: { readonly asked: number; readonly networks: readonly ObservedNetwork[] } | undefined;
  #asked = 0;

  constructor(read: () => Promise<readonly ObservedNetwork[]>) {
    this.#read = read;
  }

  /** @throws DockerError when the engine says no, or is too slow the first time. */
  async list(): Promise<readonly ObservedNetwork[]> {
    const fresh = this.#ask();
    if (this.#last === undefined) return fresh;
    const before = this.#last;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly ObservedNetwork[]>((resolve) => {
      timer = setTimeout(() => resolve((this.#last ?? before).networks), PATIENCE_MS);
    });
    try {
      return await Promise.race([fresh, late]);
    } finally {
      clearTimeout(timer);
      fresh.catch(() => undefined); // nobody waits for it any more
    }
  }

  async #ask(): Promise<readonly ObservedNetwork[]> {
    const asked = ++this.#asked;
    const networks = await this.#read();
    if (asked > (this.#last?.asked ?? 0)) this.#last = { asked, networks };
    return networks;
  }
}
