import type { NewClaim, Pool } from './allocation.ts';
import { type CommittedClaims, isRange } from './committed-claims.ts';
import { MANAGEMENT } from './desired.ts';
import { finding, type Finding } from './finding.ts';
import { addressOf, parsePrefix } from './ipv4.ts';
import { describeOwner } from './owners.ts';
import { PrefixTree } from './prefix-tree.ts';
import { type PlanSettings, SETTING_NAMES } from './settings.ts';
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

/** What an object had, so that it can be given back exactly. */
export interface Use {
  readonly want: Want;
  readonly value: string | undefined;
  readonly first: string | undefined;
}

/** A value as far as it is known. */
export const claimOf = ({ pool, value, owner, first }: Holding): NewClaim | undefined =>
  value === undefined ? undefined : { pool, value, owner, ...(first === undefined ? {} : { first }) };

/**
 * Who has what, among the versions that are accepted at this moment. Starts empty; remembers through the store's claims
 * what each owner had before, so that an owner that comes back, or no longer writes its value, keeps it.
 */
export class Register {
  readonly #committed: CommittedClaims;
  readonly #holdings = new Map<string, Holding>();
  readonly #values = new Map<string, Holding>();
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

  /** Gives an object what it wants, as far as others do not have it. @returns what they do have. */
  hold(user: string, wants: readonly Want[]): Finding[] {
    return wants.flatMap((want) => this.#hold(user, want) ?? []);
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

  /** The holding that stands in the way of a value, if any. */
  holderOf(pool: Pool, value: string, owner: string): Holding | undefined {
    if (!isRange(pool)) {
      const same = this.#values.get(`${pool} ${value}`);
      return same?.owner === owner ? undefined : same;
    }
    return this.#ranges
      .overlapping(parsePrefix(value))
      .find((holding) => holding.owner !== owner || holding.pool !== pool);
  }

  #hold(user: string, want: Want): Finding | undefined {
    const shared = this.of(want.pool, want.owner);
    if (shared?.value !== undefined) {
      if (want.value !== undefined && want.value !== shared.value) return disagreement(user, want, shared);
      this.#add(user, want, shared.value, shared.first);
      return undefined;
    }
    const value = want.value ?? this.#own(want);
    const holder = value === undefined ? undefined : this.holderOf(want.pool, value, want.owner);
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
      this.holderOf(pool, value, owner) === undefined &&
      !(identifies === true && this.holderOf('router-id', addressOf(value), owner) !== undefined);
    return this.#committed.of(pool, owner).find(({ value }) => isFree(value))?.value;
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
    if (isRange(holding.pool)) this.#ranges.set(parsePrefix(holding.value), holding);
    else this.#values.set(`${holding.pool} ${holding.value}`, holding);
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
    else this.#values.delete(`${holding.pool} ${holding.value}`);
    holding.value = undefined;
  }
}

const NOUNS: Readonly<Record<Pool, string>> = {
  asn: 'AS number',
  'router-id': 'router id',
  loopback: 'loopback',
  subnet: 'subnet',
};

function conflict(user: string, want: Want, value: string, holder: Holding): Finding {
  const others = [...holder.users.keys()].filter((other) => other !== user);
  const noun = NOUNS[want.pool];
  const what = isRange(want.pool)
    ? `The ${noun} ${value} overlaps ${holder.value ?? ''}`
    : `The ${noun} ${value} is taken: it`;
  const message = `${what}${isRange(want.pool) ? ', which' : ''} belongs to ${holderText(holder)}. ${nextStep(holder, noun)}`;
  return finding('Conflict', want.field, want.value ?? value, message, others);
}

const nextStep = (holder: Holding, noun: string): string =>
  holder.owner === MANAGEMENT
    ? `Choose another ${noun}, or move the network with ${SETTING_NAMES.management}.`
    : `Choose another ${noun}; if the holder gives it up, this object has it.`;

function holderText(holder: Holding): string {
  const owner = describeOwner(holder.owner);
  return holder.owner.startsWith('link/')
    ? `${owner} (${[...holder.users.keys()].sort().join(', ')})`
    : owner;
}

function disagreement(user: string, want: Want, shared: Holding): Finding {
  const others = [...shared.users.keys()].filter((other) => other !== user).sort();
  const message = `${describeOwner(shared.owner)} is shared with ${others.join(', ')} and has ${shared.value ?? ''} there. Name that one, or none, or change it in all of them.`;
  return finding(
    'Conflict',
    want.field,
    want.value ?? '',
    `${message.charAt(0).toUpperCase()}${message.slice(1)}`,
    others,
  );
}
