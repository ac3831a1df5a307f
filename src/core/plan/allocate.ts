import type { CommittedClaims } from './committed-claims.ts';
import { exhausted } from './exhausted.ts';
import type { Finding } from './finding.ts';
import { addressOf } from './ipv4.ts';
import { Pools } from './pools.ts';
import type { Register } from './register.ts';
import type { PlanSettings } from './settings.ts';

/**
 * Gives a value to every holding that has none. Claims in the store that nobody wants any more are left alone: what they
 * stood for may still exist.
 * @returns by refText, what could not be had because a pool is used up.
 */
export function allocate(
  register: Register,
  committed: CommittedClaims,
  settings: PlanSettings,
): ReadonlyMap<string, readonly Finding[]> {
  const failures = new Map<string, Finding[]>();
  const open = register.holdings().filter(({ value }) => value === undefined);
  if (open.length === 0) return failures;
  const pools = new Pools(register, committed, settings);
  for (const holding of open) {
    if (holding.pool === 'router-id') continue;
    const value = pools.take(holding);
    if (value === undefined) {
      for (const [user, want] of holding.users) say(failures, user, exhausted(want, holding, settings));
      continue;
    }
    register.assign(holding, value);
    if (holding.pool === 'loopback') assignRouterId(register, holding.owner, value);
  }
  return failures;
}

/** A Path may miss hundreds of subnets: a pool is named once per object. */
function say(failures: Map<string, Finding[]>, user: string, found: Finding): void {
  const before = failures.get(user) ?? [];
  if (before.some(({ problem }) => problem.message === found.problem.message)) return;
  failures.set(user, [...before, found]);
}

/** By default a router's identifier is its loopback address. */
function assignRouterId(register: Register, owner: string, loopback: string): void {
  const holding = register.of('router-id', owner);
  if (holding !== undefined && holding.value === undefined) {
    register.assign(holding, addressOf(loopback));
  }
}
