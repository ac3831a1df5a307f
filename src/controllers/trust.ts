import type { Keys } from '../api/keys.ts';
import { refText } from '../api/object.ts';
import {
  FREEZE_REASONS,
  type Freeze,
  freezeOf,
  type SentinelFacts,
  strangersOf,
} from '../core/guard/sentinel.ts';
import { type Adopted, NOTHING_ADOPTED } from '../core/guard/store-identity.ts';
import { jsonFields } from '../core/json.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Fence, StoredEntry } from '../ports/object-store.ts';
import type { Swarm } from '../ports/swarm.ts';
import { ClusterKey, type ClusterDeps, writeCluster } from './cluster.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Watermark } from './watermark.ts';

export interface TrustDeps extends ClusterDeps {
  readonly swarm: Swarm;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Until the store can be trusted it is looked at again after this many ms: somebody may have put it right, or confirmed it. */
const LOOK_MS = 1_000;

interface Look {
  readonly facts: SentinelFacts;
  readonly cluster: StoredEntry | undefined;
  readonly frozen: StoredEntry | undefined;
  readonly adoption: StoredEntry | undefined;
}

/**
 * Before anything is done in a term: is this the store that what runs was made from, and is it no older? As long as it is
 * not, nothing is created, changed or removed, and everybody is told.
 */
export class Trust {
  readonly #deps: TrustDeps;
  readonly #fence: Fence;
  readonly #events: EventRecorder;
  readonly #watermark: Watermark;
  #announced: string | undefined;

  constructor(deps: TrustDeps, fence: Fence, events: EventRecorder, watermark: Watermark) {
    this.#deps = deps;
    this.#fence = fence;
    this.#events = events;
    this.#watermark = watermark;
  }

  /** Waits until the store is trusted. @returns undefined when `ended` came first. */
  async cluster(ended: AbortSignal): Promise<ClusterKey | undefined> {
    const { clock } = this.#deps;
    const over = (): boolean => ended.aborted;
    try {
      while (!over()) {
        const cluster = await this.#attempt();
        if (cluster !== undefined) return cluster;
        await clock.delay(LOOK_MS, ended).catch(() => undefined);
      }
      return undefined;
    } finally {
      tellFrozen(this.#deps.metrics, undefined);
    }
  }

  async #attempt(): Promise<ClusterKey | undefined> {
    const look = await this.#look();
    if (look === undefined) return undefined;
    const freeze = freezeOf(look.facts);
    if (freeze === undefined) return this.#trusted(look);
    if (confirmedId(look.adoption) === freeze.id) return this.#adopt(look, freeze);
    await this.#announce(freeze, look);
    return undefined;
  }

  /**
   * @returns undefined while the Swarm cannot be read: whose things it runs is then not known.
   * @throws when the cluster key holds no identity.
   */
  async #look(): Promise<Look | undefined> {
    const { store, keys, swarm, logger } = this.#deps;
    const [cluster, frozen, adoption, desired, accepted] = await Promise.all([
      store.get(keys.cluster),
      store.get(keys.frozen),
      store.get(keys.adoption),
      store.list(keys.desired),
      store.list(keys.accepted),
    ]);
    const identity = cluster === undefined ? undefined : storeIdentity(keys, cluster);
    const refs = [...desired.entries, ...accepted.entries].flatMap(({ key }) => keys.refOf(key) ?? []);
    try {
      const [observed, memory] = await Promise.all([swarm.list(), swarm.recallStore()]);
      const facts: SentinelFacts = {
        keys,
        store: identity,
        revision: desired.revision,
        seen: this.#watermark.revision,
        objects: new Set(refs.map(refText)),
        swarm: observed,
        memory,
      };
      return { facts, cluster, frozen, adoption };
    } catch (error) {
      if (this.#announced !== 'unreadable')
        logger.warn(
          { err: error },
          'waiting for the Swarm: whether it runs what etcd holds is not known yet',
        );
      this.#announced = 'unreadable';
      return undefined;
    }
  }

  async #trusted({ cluster, frozen, adoption, facts }: Look): Promise<ClusterKey> {
    const { keys, store, logger } = this.#deps;
    const fence = this.#fence;
    // Of an earlier freeze that is over.
    const stale = [frozen, adoption].flatMap((entry) => (entry === undefined ? [] : [entry.key]));
    if (stale.length > 0) {
      await store.commit(
        stale.map((key) => ({ type: 'delete', key })),
        { fence },
      );
      logger.info({}, 'no longer frozen: the store is right again');
    }
    this.#watermark.saw(facts.revision);
    return cluster === undefined
      ? writeCluster(this.#deps, fence, undefined)
      : new ClusterKey(keys.prefix, cluster);
  }

  /** A user says that the store is right as it is: what is strange about it is remembered as known. */
  async #adopt({ facts, cluster, frozen, adoption }: Look, { reason }: Freeze): Promise<ClusterKey> {
    const { keys, logger } = this.#deps;
    const before = facts.store?.adopted ?? NOTHING_ADOPTED;
    const remembered = facts.memory?.revision ?? 0n;
    const adopted: Adopted = {
      uids: [...new Set([...before.uids, ...strangersOf(facts)])],
      revision:
        facts.memory?.uid === facts.store?.uid && remembered > before.revision ? remembered : before.revision,
    };
    const done = [frozen, adoption].flatMap((entry) => entry ?? []);
    const key = await writeCluster(this.#deps, this.#fence, cluster, {
      adopted,
      also: done.map((entry) => ({ type: 'delete', key: entry.key })),
      guards: done.map((entry) => ({ type: 'unchanged', key: entry.key, modRevision: entry.modRevision })),
    });
    this.#watermark.reset(facts.revision);
    logger.warn({ reason, storeKey: keys.adoption }, 'confirmed: the store is taken as it is now');
    this.#events.normal(TESTBED, 'StoreAdopted', 'confirmed: the store is taken as it is now');
    return key;
  }

  async #announce(freeze: Freeze, { frozen }: Look): Promise<void> {
    const { store, keys, clock, logger, metrics } = this.#deps;
    tellFrozen(metrics, freeze);
    if (this.#announced === freeze.id) return;
    logger.error({ reason: freeze.reason }, `frozen: ${freeze.message}`);
    this.#events.warning(TESTBED, 'Frozen', freeze.message);
    const { id, reason, message } = freeze;
    if (frozen === undefined || confirmedId(frozen) !== id) {
      const value = JSON.stringify({ id, reason, message, since: clock.now() });
      await store.commit([{ type: 'put', key: keys.frozen, value }], { fence: this.#fence });
    }
    this.#announced = id;
  }
}

const TESTBED = { kind: 'Testbed', name: 'store' } as const;

function storeIdentity(keys: Keys, entry: StoredEntry): SentinelFacts['store'] {
  const { identity, revision, adopted } = new ClusterKey(keys.prefix, entry);
  return { uid: identity.uid, revision, adopted };
}

/** One series for each reason, so that an alert needs none to appear first. */
export function tellFrozen(metrics: Metrics, freeze: Freeze | undefined): void {
  for (const reason of FREEZE_REASONS) metrics.frozen.set({ reason }, freeze?.reason === reason ? 1 : 0);
}

/** The freeze that a value names. */
function confirmedId(entry: StoredEntry | undefined): string | undefined {
  const id = jsonFields(entry?.value ?? '')?.['id'];
  return typeof id === 'string' ? id : undefined;
}
