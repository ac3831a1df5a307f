import type { RouterSession, RouterState } from '../core/diff/observed-router.ts';

/** The last reading of every router, for those who need to know about a neighbour's sessions. */
export class RouterStates {
  readonly #states = new Map<string, { readonly containerId: string; readonly state: RouterState }>();

  /** The last reading, if it is from this very container. */
  get(router: string, containerId: string): RouterState | undefined {
    const known = this.#states.get(router);
    return known?.containerId === containerId ? known.state : undefined;
  }

  set(router: string, containerId: string, state: RouterState): void {
    this.#states.set(router, { containerId, state });
  }

  forget(router: string): void {
    this.#states.delete(router);
  }

  session(router: string, peerAddress: string): RouterSession | undefined {
    return this.#states.get(router)?.state.sessions.find(({ address }) => address === peerAddress);
  }
}
