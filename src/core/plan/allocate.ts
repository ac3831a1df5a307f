import type { CommittedClaims } from './committed-claims.ts';
import { isRange } from './committed-claims.ts';
import { finding, type Finding } from './finding.ts';
import { formatAddress, formatPrefix, parsePrefix, sizeOf } from './ipv4.ts';
import { NumberPool } from './number-pool.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { Holding, Register } from './register.ts';
import { type PlanSettings, SETTING_NAMES } from './settings.ts';
import type { Want } from './want.ts';

/** AS numbers inside the pool's bounds that nobody may use (RFC 6793, RFC 7300). */
const RESERVED_ASNS = [23456, 65535];

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
      for (const [user, want] of holding.users) {
        failures.set(user, [...(failures.get(user) ?? []), exhausted(want, holding, settings)]);
      }
      continue;
    }
    register.assign(holding, value);
    if (holding.pool === 'loopback') assignRouterId(register, holding.owner, value);
  }
  return failures;
}

/** By default a router's identifier is its loopback address. */
function assignRouterId(register: Register, owner: string, loopback: string): void {
  const holding = register.of('router-id', owner);
  if (holding !== undefined && holding.value === undefined) {
    register.assign(holding, loopback.slice(0, loopback.indexOf('/')));
  }
}

/** The pools, without all that is held or claimed. Each is swept once, from its low end. */
class Pools {
  readonly #occupied = new PrefixTree<true>();
  readonly #routerIds = new Set<string>();
  readonly #asns: NumberPool;
  readonly #settings: PlanSettings;
  /** By pool: where to go on. */
  readonly #from = new Map<string, number>();

  constructor(register: Register, committed: CommittedClaims, settings: PlanSettings) {
    const asns = new Set(RESERVED_ASNS);
    for (const { pool, value } of [...register.holdings(), ...committed.all]) {
      if (value === undefined) continue;
      if (isRange(pool)) this.#occupied.set(parsePrefix(value), true);
      else if (pool === 'asn') asns.add(Number(value));
      else this.#routerIds.add(value);
    }
    this.#occupied.set(parsePrefix(settings.management), true);
    this.#asns = new NumberPool(settings.asns, asns);
    this.#settings = settings;
  }

  take({ pool, owner }: Holding): string | undefined {
    if (pool === 'asn') return this.#asns.take()?.toString();
    if (pool === 'loopback') return this.#loopback();
    const { range, length } = this.#settings[subnetPoolOf(owner)];
    return this.#prefix(range, length);
  }

  /** Not the first and the last address of the pool, which look like a network's own; and none that is a router's id. */
  #loopback(): string | undefined {
    const pool = parsePrefix(this.#settings.loopbacks);
    for (;;) {
      const value = this.#prefix(this.#settings.loopbacks, 32);
      if (value === undefined) return undefined;
      const address = value.slice(0, -'/32'.length);
      const ends = [formatAddress(pool.base), formatAddress(pool.base + sizeOf(pool) - 1)];
      if (!ends.includes(address) && !this.#routerIds.has(address)) return value;
    }
  }

  #prefix(range: string, length: number): string | undefined {
    const base = this.#occupied.firstFree(parsePrefix(range), length, this.#from.get(range));
    if (base === undefined) return undefined;
    const prefix = { base, length };
    this.#from.set(range, base + sizeOf(prefix));
    this.#occupied.set(prefix, true);
    return formatPrefix(prefix);
  }
}

const subnetPoolOf = (owner: string): 'links' | 'access' => (owner.startsWith('link/') ? 'links' : 'access');

function exhausted(want: Want, { pool, owner }: Holding, settings: PlanSettings): Finding {
  const text = ({ range, length }: { readonly range: string; readonly length: number }): string => {
    const count = 2 ** (length - parsePrefix(range).length);
    return `${range} (${count.toString()} subnets of /${length.toString()})`;
  };
  const [what, size, setting] = ((): readonly [string, string, string] => {
    if (pool === 'asn') {
      const { first, last } = settings.asns;
      const count = (last - first + 1).toString();
      return ['AS numbers', `${first.toString()}-${last.toString()} (${count} numbers)`, SETTING_NAMES.asns];
    }
    if (pool === 'loopback') {
      const count = sizeOf(parsePrefix(settings.loopbacks)) - 2;
      return ['loopbacks', `${settings.loopbacks} (${count.toString()} addresses)`, SETTING_NAMES.loopbacks];
    }
    const kind = subnetPoolOf(owner);
    const noun = kind === 'links' ? 'link subnets' : 'access subnets';
    return [noun, text(settings[kind]), SETTING_NAMES[kind]];
  })();
  const message = `The pool of ${what}, ${size}, is used up. Widen it with ${setting}, write a value here, or remove what is not needed.`;
  return finding('PoolExhausted', want.field, '', message);
}
