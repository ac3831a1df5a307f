import type { Clock } from '../ports/clock.ts';
import type { RouterSession, RouterState } from '../core/diff/observed-router.ts';
import type { ConfigurationText } from '../core/render/text.ts';

interface Known {
  readonly containerId: string;
  readonly state: RouterState;
  /** Milliseconds, monotonic. */
  readonly at: number;
}

/** The last reading of every router, for those who need to know about a neighbour's sessions. */
export class RouterStates {
  readonly #clock: Clock;
  readonly #states = new Map<string, Known>();
  /** Hashes of planned configurations, by router. */
  readonly #refused = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The last reading, if it is from this very container. */
  get(router: string, containerId: string): RouterState | undefined {
    const known = this.#states.get(router);
    return known?.containerId === containerId ? known.state : undefined;
  }

  set(router: string, containerId: string, state: RouterState): void {
    this.#states.set(router, { containerId, state, at: this.#clock.monotonicMs() });
  }

  /** Milliseconds since its last reading; Infinity without one. */
  age(router: string): number {
    return this.#clock.monotonicMs() - (this.#states.get(router)?.at ?? -Infinity);
  }

  /** It did not take a planned configuration. */
  refused(router: string, { hash }: ConfigurationText): void {
    this.#refused.set(router, hash);
  }

  isRefused(router: string, { hash }: ConfigurationText): boolean {
    return this.#refused.get(router) === hash;
  }

  forget(router: string): void {
    this.#states.delete(router);
    this.#refused.delete(router);
  }

  session(router: string, peerAddress: string): RouterSession | undefined {
    return this.#states.get(router)?.state.sessions.find(({ address }) => address === peerAddress);
  }
}
