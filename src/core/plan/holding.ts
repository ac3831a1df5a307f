import type { NewClaim, Pool } from './allocation.ts';
import type { Want } from './want.ts';

/** A value that accepted objects want, and who they are. */
export interface Holding {
  readonly pool: Pool;
  readonly owner: string;
  /** undefined: to be allocated. */
  value: string | undefined;
  readonly first: string | undefined;
  /** By refText: the want of each object. */
  readonly users: Map<string, Want>;
}

/** A value as far as it is known. */
export const claimOf = ({ pool, value, owner, first }: Holding): NewClaim | undefined =>
  value === undefined ? undefined : { pool, value, owner, ...(first === undefined ? {} : { first }) };
