import type { RouterState } from '../core/diff/observed-router.ts';
import type { ConsoleTarget } from '../ports/router-console.ts';

/** A router that was just looked at. */
export interface Looked extends ConsoleTarget {
  /** As it was read last; the same as `before` when it was not read anew. */
  readonly state: RouterState | undefined;
  readonly before: RouterState | undefined;
}
