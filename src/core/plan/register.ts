import type { Pool } from './allocation.ts';
import type { IsOneAs } from './autonomous-system.ts';
import { type CommittedClaims, isRange } from './committed-claims.ts';
import { conflict, disagreement } from './conflict.ts';
import { MANAGEMENT } from './desired.ts';
import type { Finding } from './finding.ts';
import { claimOf, type Holding } from './holding.ts';
import { addressOf, parsePrefix } from './ipv4.ts';
import { lanKeyOf } from './owners.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { PlanSettings } from './settings.ts';
import type { Want } from './want.ts';

/** What an object had, so that it can be given back exactly. */
export interface Use {
  readonly want: Want;
  readonly value: string | undefined;
  readonly first: string | undefined;
}

/**
 * Who has what, among the versions that are accepted at this moment. Starts empty; remembers through the store's claims
 * what each owner had before, so that an owner that comes back, or no longer writes its value, keeps it.
 */
export class Register {
  readonly #committed: CommittedClaims;
  readonly #holdings = new Map<string, Holding>();
  /** By pool and value; several only where an AS has several routers. */
  readonly #values = new Map<string, Set<Holding>>();
  readonly #ranges = new PrefixTree<Holding>();
  readonly #uses = new Map<string, Want[]>();

  constructor(committed: CommittedClaims, settings: PlanSettings) {
    this.#committed = committed;
    const value = settings.management;
    this.#index({ pool: 'subnet', owner: MANAGEMENT, value, first: undefined, users: new Map() });
  }

  /** All that is wanted, in the order in which it came. */
  holdings(): readonly Holding[] {
    return [...this.#holdings.values()];
  }

  of(pool: Pool, owner: string): Holding | undefined {
    return this.#holdings.get(`${pool} ${owner}`);
  }

  /**
   * Gives an object what it wants, as far as others do not have it.
   * @param isOneAs whether two owners may have one AS number, if both write it. @returns what others do have.
   */
  hold(user: string, wants: readonly Want[], isOneAs: IsOneAs = always): Finding[] {
    return wants.flatMap((want) => this.#hold(user, want, isOneAs) ?? []);
  }

  /** Takes everything from an object. @returns what it had, for `restore`. */
  drop(user: string): readonly Use[] {
    const wants = this.#uses.get(user) ?? [];
    this.#uses.delete(user);
    return wants.map((want) => {
      const holding = this.of(want.pool, want.owner);
      if (holding === undefined) return { want, value: undefined, first: undefined };
      const { value, first } = holding;
      holding.users.delete(user);
      if (holding.users.size === 0) this.#remove(holding);
      else if (!this.#isFounded(holding)) this.#unassign(holding);
      return { want, value, first };
    });
  }

  /** Gives back what `drop` took; nothing may have been held in between that was not dropped again. */
  restore(user: string, uses: readonly Use[]): void {
    for (const { want, value, first } of uses) this.#add(user, want, value, first);
  }

  /** Settles the value of a holding that had none. */
  assign(holding: Holding, value: string): void {
    holding.value = value;
    this.#index(holding);
  }

  /** The holding that stands in the way of a value, if any. @param isOneAs see `hold`; undefined: the owner's object does not write the value. */
  holderOf(pool: Pool, value: string, owner: string, isOneAs?: IsOneAs): Holding | undefined {
    if (!isRange(pool)) {
      const others = [...(this.#values.get(`${pool} ${value}`) ?? [])].filter((one) => one.owner !== owner);
      const ofOneAs =
        others.every(isShareable) && others.some((other) => isOneAs?.(other.owner, owner) === true);
      return ofOneAs ? undefined : others[0];
    }
    return this.#ranges
      .overlapping(parsePrefix(value))
      .find((holding) => holding.owner !== owner || holding.pool !== pool);
  }

  #hold(user: string, want: Want, isOneAs: IsOneAs): Finding | undefined {
    const shared = this.of(want.pool, want.owner);
    if (shared?.value !== undefined) {
      if (want.value !== undefined && want.value !== shared.value) return disagreement(user, want, shared);
      this.#add(user, want, shared.value, shared.first);
      return undefined;
    }
    const value = want.value ?? this.#own(want);
    const sharing = want.value === undefined ? undefined : isOneAs;
    const holder = value === undefined ? undefined : this.holderOf(want.pool, value, want.owner, sharing);
    if (value !== undefined && holder !== undefined) return conflict(user, want, value, holder);
    this.#add(user, want, value, this.#committed.of(want.pool, want.owner)[0]?.first ?? want.first);
    return undefined;
  }

  /** The value of an owner that writes none: a router's loopback as its identifier, or what the owner had before. */
  #own({ pool, owner, identifies }: Want): string | undefined {
    if (pool === 'router-id') {
      const loopback = this.of('loopback', owner)?.value;
      return loopback === undefined ? undefined : addressOf(loopback);
    }
    const isFree = (value: string): boolean =>
      (pool !== 'port' || vniOf(value) === this.of('vni', lanKeyOf(owner))?.value) &&
      this.holderOf(pool, value, owner) === undefined &&
      !(identifies === true && this.#identifiesAnother(addressOf(value), owner));
    return this.#committed.of(pool, owner).find(({ value }) => isFree(value))?.value;
  }

  /** Whether a router identifier is another owner's, who may have got it while this one was gone, and may come after it now. */
  #identifiesAnother(value: string, owner: string): boolean {
    const claim = { pool: 'router-id', value, owner } as const;
    return (
      this.holderOf('router-id', value, owner) !== undefined ||
      this.#committed.against(claim).some((other) => other.owner !== owner)
    );
  }

  #add(user: string, want: Want, value: string | undefined, first: string | undefined): void {
    const key = `${want.pool} ${want.owner}`;
    let holding = this.#holdings.get(key);
    if (holding === undefined) {
      holding = { pool: want.pool, owner: want.owner, value: undefined, first, users: new Map() };
      this.#holdings.set(key, holding);
    }
    if (holding.value === undefined && value !== undefined) this.assign(holding, value);
    holding.users.set(user, want);
    const uses = this.#uses.get(user);
    if (uses === undefined) this.#uses.set(user, [want]);
    else uses.push(want);
  }

  #index(holding: Holding): void {
    if (holding.value === undefined) return;
    if (isRange(holding.pool)) {
      this.#ranges.set(parsePrefix(holding.value), holding);
      return;
    }
    const key = `${holding.pool} ${holding.value}`;
    this.#values.set(key, (this.#values.get(key) ?? new Set()).add(holding));
  }

  #remove(holding: Holding): void {
    this.#holdings.delete(`${holding.pool} ${holding.owner}`);
    this.#unassign(holding);
  }

  /** Whether a value is more than what one object wrote that is gone now. */
  #isFounded(holding: Holding): boolean {
    const claim = claimOf(holding);
    if (claim === undefined || this.#committed.find(claim) !== undefined) return true;
    return [...holding.users.values()].some((want) => want.value === claim.value);
  }

  #unassign(holding: Holding): void {
    if (holding.value === undefined) return;
    if (isRange(holding.pool)) this.#ranges.delete(parsePrefix(holding.value));
    else this.#values.get(`${holding.pool} ${holding.value}`)?.delete(holding);
    holding.value = undefined;
  }
}

const always: IsOneAs = () => true;

/** Of a `port` claim's value: a place on another VNI than the LAN has now is worth nothing. */
const vniOf = (value: string): string | undefined => value.split('-', 1)[0];

/** Routers that all write one AS number are of one AS. */
const isShareable = ({ pool, users }: Holding): boolean =>
  pool === 'asn' && [...users.values()].every(({ value }) => value !== undefined);
