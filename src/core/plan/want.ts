import type { Pool } from './allocation.ts';

/** A value that an object needs: one claim, once it has it. */
export interface Want {
  readonly pool: Pool;
  /** Key of what is to have it. Several objects may want a value for the same owner: a link is shared by its Paths. */
  readonly owner: string;
  /** As written; undefined: what the owner has already, or one from the pool. */
  readonly value: string | undefined;
  /** On a link: the router that comes first. */
  readonly first?: string;
  /** On a loopback: it is the router's identifier too. */
  readonly identifies?: boolean;
  /** Where in the object it is asked for. */
  readonly field: string;
}
