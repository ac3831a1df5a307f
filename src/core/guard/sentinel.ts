import { refText } from '../../api/object.ts';
import type { ObservedSwarm } from '../diff/observed.ts';
import { CLUSTER_LABEL, WORKLOAD_LABEL } from '../plan/labels.ts';
import { listing } from '../plan/listing.ts';
import { shortDigest } from '../render/digest.ts';
import type { StoreIdentity, StoreMemory } from './store-identity.ts';

/** Why the store is not trusted: it has no identity, another one, or is older than what was acted on. */
export const FREEZE_REASONS = ['StoreWiped', 'OtherStore', 'StoreSetBack'] as const;
export type FreezeReason = (typeof FREEZE_REASONS)[number];

/** The operator changes nothing, until the store is right again or a user confirms that it is to be taken as it is. */
export interface Freeze {
  readonly reason: FreezeReason;
  /** Of this very situation: a confirmation names it, so that none is taken for another. */
  readonly id: string;
  readonly message: string;
}

export interface SentinelFacts {
  readonly keys: { readonly cluster: string; readonly prefix: string };
  /** Undefined: the store has no cluster key. */
  readonly store: StoreIdentity | undefined;
  /** The store's own revision now. */
  readonly revision: bigint;
  /** The highest that this process has seen. */
  readonly seen: bigint;
  /** By refText: what the store holds objects or accepted versions of. */
  readonly objects: ReadonlySet<string>;
  readonly swarm: Pick<ObservedSwarm, 'services' | 'networks'>;
  /** Undefined: the Swarm remembers no store. */
  readonly memory: StoreMemory | undefined;
}

/** Whether what the Swarm runs was made from another store than this one, or from a later state of it. */
export function freezeOf(facts: SentinelFacts): Freeze | undefined {
  const { store, memory } = facts;
  const strangers = strangersOf(facts);
  if (store === undefined) {
    if (strangers.length === 0) return undefined;
    const words = `etcd holds no ${facts.keys.cluster}: it was wiped, or hinge was given another etcd`;
    return freeze('StoreWiped', strangers.join(' '), words, facts);
  }
  if (strangers.length > 0) {
    const words = `${facts.keys.cluster} has the UID ${store.uid}, but what runs was made from a store with the UID ${listing(strangers)}: etcd was wiped or replaced`;
    return freeze('OtherStore', `${store.uid} ${strangers.join(' ')}`, words, facts);
  }
  const remembered = memory?.uid === store.uid ? memory.revision : 0n;
  if (remembered > store.adopted.revision && remembered > store.revision) {
    const words = `etcd is older than what was acted on: ${facts.keys.cluster} was last written at revision ${String(store.revision)}, the Swarm remembers ${String(remembered)}; an older snapshot was restored`;
    return freeze(
      'StoreSetBack',
      `${store.uid} ${String(remembered)} ${String(store.revision)}`,
      words,
      facts,
    );
  }
  if (facts.revision < facts.seen) {
    const words = `etcd is at revision ${String(facts.revision)} and was at ${String(facts.seen)} before: an older snapshot was restored`;
    return freeze('StoreSetBack', `${store.uid} seen ${String(facts.seen)}`, words, facts);
  }
  return undefined;
}

/** UIDs of stores that something in the Swarm was made from, and that this store neither has nor has adopted. */
export function strangersOf({ store, swarm, memory }: SentinelFacts): readonly string[] {
  const known = new Set(store === undefined ? [] : [store.uid, ...store.adopted.uids]);
  const found = [...swarm.services, ...swarm.networks].map(({ labels }) => labels[CLUSTER_LABEL] ?? '');
  const all = new Set([...found, ...(memory === undefined ? [] : [memory.uid])]);
  return [...all].filter((uid) => !known.has(uid)).sort();
}

function freeze(reason: FreezeReason, situation: string, words: string, facts: SentinelFacts): Freeze {
  const { services, networks } = facts.swarm;
  const message =
    `${words}. Nothing is created, changed or removed. Either put etcd right (restore the latest snapshot, or correct ` +
    `HINGE_ETCD_ENDPOINTS or HINGE_PREFIX), or let hinge take the store as it is now with "hinge confirm": of the ` +
    `${count(services.length, 'service')} and ${count(networks.length, 'network')} that are there, ${wouldGo(facts)}`;
  return { reason, id: shortDigest(`${reason} ${situation}`, 12), message };
}

/** What would be removed if the store were taken as it is. */
function wouldGo({ swarm, objects, store }: SentinelFacts): string {
  const orphans = swarm.services.filter(({ labels }) => !objects.has(ownerOf(labels[WORKLOAD_LABEL] ?? '')));
  const names = orphans.map(({ name }) => name).sort();
  const services =
    names.length === 0
      ? 'no service would be removed'
      : `${count(names.length, 'service')} would be removed, since the store holds no object for them (${listing(names)})`;
  const rebuilt = swarm.networks.some(({ labels }) => labels[CLUSTER_LABEL] !== store?.uid);
  const networks = rebuilt
    ? 'the others and all links and access networks would be made anew'
    : 'networks that nothing needs then would be removed';
  return `${services}, and ${networks}`;
}

/** refText of the object that a workload belongs to: `router/a` is of `Router/a`, `host/e/a` of `Experiment/e`. */
function ownerOf(workload: string): string {
  const [type, name = ''] = workload.split('/');
  return refText({ kind: type === 'router' ? 'Router' : 'Experiment', name });
}

const count = (number: number, noun: string): string => `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
