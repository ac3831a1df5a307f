import { type CommittedClaims, isRange } from './committed-claims.ts';
import type { Holding } from './holding.ts';
import { addressOf, formatAddress, formatPrefix, parsePrefix, sizeOf } from './ipv4.ts';
import { formatLocator, locatorsIn, parseLocator } from './locator.ts';
import { NumberPool } from './number-pool.ts';
import { lanKeyOf } from './owners.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { Register } from './register.ts';
import { portsIn } from './lans.ts';
import { type PlanSettings, subnetPoolOf } from './settings.ts';

/** AS numbers inside the pool's bounds that nobody may use (RFC 6793, RFC 7300). */
const RESERVED_ASNS = [23456, 65535];

/** The pools that hinge allocates from, without all that is held or claimed. Each is swept once, from its low end. */
export class Pools {
  readonly #occupied = new PrefixTree<true>();
  readonly #routerIds = new Set<string>();
  readonly #asns: NumberPool;
  readonly #locators: NumberPool;
  readonly #vnis: NumberPool;
  /** By VNI: numbers of hosts on the LAN that are taken. */
  readonly #ports = new Map<string, Set<number>>();
  readonly #register: Register;
  readonly #settings: PlanSettings;
  /** By pool: where to go on. */
  readonly #from = new Map<string, number>();

  constructor(register: Register, committed: CommittedClaims, settings: PlanSettings) {
    const asns = new Set(RESERVED_ASNS);
    const locators = new Set<number>();
    const vnis = new Set<number>();
    for (const { pool, value } of [...register.holdings(), ...committed.all]) {
      if (value === undefined) continue;
      if (isRange(pool)) this.#occupied.set(parsePrefix(value), true);
      else if (pool === 'asn') asns.add(Number(value));
      else if (pool === 'locator') locators.add(parseLocator(value));
      else if (pool === 'vni') vnis.add(Number(value));
      else if (pool === 'port') this.#portsOf(value).add(Number(value.split('-')[1]));
      else this.#routerIds.add(value);
    }
    this.#occupied.set(parsePrefix(settings.management), true);
    this.#asns = new NumberPool(settings.asns, asns);
    const { first, count } = locatorsIn(settings.locators);
    this.#locators = new NumberPool({ first, last: first + count - 1 }, locators);
    this.#vnis = new NumberPool(settings.vnis, vnis);
    this.#register = register;
    this.#settings = settings;
  }

  take({ pool, owner }: Holding): string | undefined {
    if (pool === 'asn') return this.#asns.take()?.toString();
    if (pool === 'locator') {
      const locator = this.#locators.take();
      return locator === undefined ? undefined : formatLocator(locator);
    }
    if (pool === 'loopback' || pool === 'address') return this.#loopback();
    if (pool === 'vni') return this.#vnis.take()?.toString();
    if (pool === 'port') return this.#port(lanKeyOf(owner));
    const { range, length } = this.#settings[subnetPoolOf(owner)];
    return this.#prefix(range, length);
  }

  /** @returns undefined also while the LAN has no VNI or no subnet. */
  #port(lan: string): string | undefined {
    const vni = this.#register.of('vni', lan)?.value;
    const subnet = this.#register.of('subnet', lan)?.value;
    if (vni === undefined || subnet === undefined) return undefined;
    const taken = this.#portsOf(vni);
    const number = new NumberPool({ first: 1, last: portsIn(subnet) }, taken).take();
    if (number === undefined) return undefined;
    taken.add(number);
    return `${vni}-${number.toString()}`;
  }

  /** @param value a VNI, or what starts with one. */
  #portsOf(value: string): Set<number> {
    const vni = value.split('-', 1)[0] ?? value;
    const ports = this.#ports.get(vni) ?? new Set<number>();
    this.#ports.set(vni, ports);
    return ports;
  }

  /** Not the first and the last address of the pool, which look like a network's own; and none that is a router's id. */
  #loopback(): string | undefined {
    const pool = parsePrefix(this.#settings.loopbacks);
    for (;;) {
      const value = this.#prefix(this.#settings.loopbacks, 32);
      if (value === undefined) return undefined;
      const address = addressOf(value);
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
