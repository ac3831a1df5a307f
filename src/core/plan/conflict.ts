import type { Pool } from './allocation.ts';
import { isRange } from './committed-claims.ts';
import { MANAGEMENT } from './desired.ts';
import { finding, type Finding } from './finding.ts';
import type { Holding } from './holding.ts';
import { listing } from './listing.ts';
import { describeOwner } from './owners.ts';
import { SETTING_NAMES } from './settings.ts';
import type { Want } from './want.ts';

const NOUNS: Readonly<Record<Pool, string>> = {
  asn: 'AS number',
  'router-id': 'router id',
  loopback: 'loopback',
  subnet: 'subnet',
  locator: 'locator',
  address: 'address',
  vni: 'VNI',
  port: 'host number',
};

/** Somebody else has the value, or one that overlaps it. */
export function conflict(user: string, want: Want, value: string, holder: Holding): Finding {
  const others = [...holder.users.keys()].filter((other) => other !== user);
  const noun = NOUNS[want.pool];
  const what = isRange(want.pool)
    ? `The ${noun} ${value} overlaps ${holder.value ?? ''}`
    : `The ${noun} ${value} is taken: it`;
  const message = `${what}${isRange(want.pool) ? ', which' : ''} belongs to ${holderText(holder)}. ${nextStep(holder, noun)}`;
  return finding('Conflict', want.field, want.value ?? value, message, others);
}

function nextStep({ owner, pool, users }: Holding, noun: string): string {
  if (owner === MANAGEMENT)
    return `Choose another ${noun}, or move the network with ${SETTING_NAMES.management}.`;
  const later = 'if the holder gives it up, this object has it';
  const written = [...users.values()].every(({ value }) => value !== undefined);
  if (pool === 'asn' && written)
    return `Routers of one AS are joined within it: write the Path that does so together with this object, or choose another ${noun}; ${later}.`;
  if (pool === 'asn')
    return `There it was allocated: write it there too, and both are routers of one AS. Or choose another ${noun}; ${later}.`;
  return `Choose another ${noun}; ${later}.`;
}

function holderText(holder: Holding): string {
  const owner = describeOwner(holder.owner);
  return holder.owner.startsWith('link/') ? `${owner} (${listing([...holder.users.keys()].sort())})` : owner;
}

/** A link has one subnet, and other Paths use it with another one. */
export function disagreement(user: string, want: Want, shared: Holding): Finding {
  const others = [...shared.users.keys()].filter((other) => other !== user).sort();
  const message = `${describeOwner(shared.owner)} is shared with ${listing(others)} and has ${shared.value ?? ''} there. Name that one, or none, or change it in all of them.`;
  return finding(
    'Conflict',
    want.field,
    want.value ?? '',
    `${message.charAt(0).toUpperCase()}${message.slice(1)}`,
    others,
  );
}
