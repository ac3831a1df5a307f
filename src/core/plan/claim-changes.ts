import { type Allocation, allocationKey, type NewClaim } from './allocation.ts';
import type { CommittedClaims } from './committed-claims.ts';
import { claimOf } from './holding.ts';
import type { Lingering } from './lingering.ts';
import type { Register } from './register.ts';
import { byText } from './sorting.ts';

export interface ClaimChanges {
  readonly take: readonly NewClaim[];
  readonly release: readonly Allocation[];
}

/**
 * What has to change in the store so that it says what is held. A claim that stands in the way of another one goes first,
 * and the other is made by the next intake, once the key is absent: every claim then has a create revision of its own.
 */
export function claimChanges(
  register: Register,
  committed: CommittedClaims,
  lingering: Lingering | undefined,
): ClaimChanges {
  const claims = register.holdings().flatMap((holding) => claimOf(holding) ?? []);
  const missing = claims.filter((claim) => committed.find(claim) === undefined);
  const blocking = new Set(missing.flatMap((claim) => committed.against(claim)));
  // Routers of one AS have one claim of its number: that of any of them.
  const free = missing.filter((claim) => committed.against(claim).length === 0);
  const take = [...new Map(free.toReversed().map((claim) => [allocationKey(claim), claim])).values()];
  const held = new Set(claims.map((claim) => `${allocationKey(claim)} ${claim.owner}`));
  const owners = new Set(claims.map(({ owner }) => owner));
  const release = committed.all.filter((claim) => {
    if (held.has(`${allocationKey(claim)} ${claim.owner}`)) return false;
    return blocking.has(claim) || isOver(claim, owners, lingering);
  });
  return { take: take.sort(byText(allocationKey)), release: release.sort(byText(allocationKey)) };
}

/** Whether nothing can be left of what a claim, which nobody wants any more, stood for. */
function isOver(
  { pool, value, owner }: Allocation,
  owners: ReadonlySet<string>,
  lingering: Lingering | undefined,
): boolean {
  if (lingering === undefined) return false;
  if (pool === 'subnet' && lingering.subnets.has(value)) return false;
  return owners.has(owner) || !lingering.keys.has(owner);
}
