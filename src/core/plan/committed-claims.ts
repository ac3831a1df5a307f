import { type Allocation, allocationKey, type NewClaim, type Pool } from './allocation.ts';
import { parsePrefix } from './ipv4.ts';
import { PrefixTree } from './prefix-tree.ts';
import { compareTexts, groupBy } from './sorting.ts';

/** The claims in the store, found by value, owner or overlap. */
export class CommittedClaims {
  readonly all: readonly Allocation[];
  readonly #byKey: ReadonlyMap<string, Allocation>;
  readonly #byOwner: ReadonlyMap<string, readonly Allocation[]>;
  readonly #byExperiment: ReadonlyMap<string, readonly Allocation[]>;
  readonly #ranges = new PrefixTree<Allocation>();

  constructor(allocations: readonly Allocation[]) {
    this.all = [...allocations].sort(newestFirst);
    this.#byKey = new Map(this.all.map((claim) => [allocationKey(claim), claim]));
    this.#byOwner = groupBy(this.all, (claim) => `${claim.pool} ${claim.owner}`);
    const access = this.all.filter(({ owner }) => owner.startsWith('access/'));
    this.#byExperiment = groupBy(access, ({ owner }) => owner.split('/')[1] ?? '');
    for (const claim of this.all) {
      if (isRange(claim.pool)) this.#ranges.set(parsePrefix(claim.value), claim);
    }
  }

  /** The claim itself, held by the same owner. */
  find(claim: NewClaim): Allocation | undefined {
    const found = this.#byKey.get(allocationKey(claim));
    return found?.owner === claim.owner ? found : undefined;
  }

  /** What an owner holds of a pool, newest first. */
  of(pool: Pool, owner: string): readonly Allocation[] {
    return this.#byOwner.get(`${pool} ${owner}`) ?? [];
  }

  /** Subnets of an Experiment's access networks, newest first. */
  accessOf(experiment: string): readonly Allocation[] {
    return this.#byExperiment.get(experiment) ?? [];
  }

  /** Claims that a claim cannot be beside: of the same value, or of a range that overlaps. */
  against(claim: NewClaim): readonly Allocation[] {
    if (isRange(claim.pool)) return this.#ranges.overlapping(parsePrefix(claim.value));
    const same = this.#byKey.get(allocationKey(claim));
    return same === undefined ? [] : [same];
  }
}

/** Pools whose values are addresses that Docker or a router routes to: none of them may overlap, within and between pools. */
export const isRange = (pool: Pool): boolean =>
  pool === 'subnet' || pool === 'loopback' || pool === 'address';

function newestFirst(one: Allocation, other: Allocation): number {
  if (one.createRevision !== other.createRevision) return one.createRevision > other.createRevision ? -1 : 1;
  return compareTexts(allocationKey(one), allocationKey(other));
}
