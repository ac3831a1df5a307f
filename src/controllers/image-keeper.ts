import type { ObjectRef } from '../api/object.ts';
import type { RegistryCredentials } from '../api/registry-secret.ts';
import type { UnitDiff, Wait } from '../core/diff/action.ts';
import { eligibleNodes } from '../core/diff/eligible-nodes.ts';
import { type ImageNode, imageVerdict, type Sight, USUAL_PULL } from '../core/diff/image-presence.ts';
import type { ObservedIndex } from '../core/diff/observed-index.ts';
import { type PlacedImage, placedImages, serviceImage, withoutImages } from '../core/diff/placed-images.ts';
import type { DesiredWorkload } from '../core/plan/desired.ts';
import type { DesiredPull } from '../core/plan/desired-pull.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { EngineHint, Fleet } from '../ports/node-engine.ts';
import { ImagePuller } from './image-puller.ts';
import type { RegistryAccess, SecretBook } from './secret-book.ts';

interface KeeperDeps {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly secrets: SecretBook;
  /** Aborts when this operator does not lead any more. */
  readonly over: AbortSignal;
  /** What an engine said of an image holds for so many ms, unless it says that something changed. */
  readonly maxAgeMs: number;
  /** Asks for a reconcile of whoever speaks for a workload. */
  readonly enqueueOwner: (owner: ObjectRef) => void;
}

/** What a workload may do about its diff, as far as its image goes. */
export interface Allowed {
  readonly diff: UnitDiff;
  /** Why it is not what it was; undefined: it is. */
  readonly wait?: Wait;
}

/**
 * Sees to it that no container is made, and none replaced, whose image is on no node that it may be placed on, and has images pulled. What runs is
 * never touched for its image's sake: a running container needs no name of it. Engines are asked only when something is to be placed.
 */
export class ImageKeeper {
  readonly #deps: KeeperDeps;
  readonly #puller: ImagePuller;
  /** By node, then image. */
  readonly #sights = new Map<string, Map<string, { readonly sight: Promise<Sight>; readonly at: number }>>();
  /** By key: who is told when something about images changes. */
  readonly #held = new Map<string, ObjectRef>();

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#puller = new ImagePuller({
      ...deps,
      changed: (node) => {
        if (node !== undefined) this.#sights.delete(node);
        this.wake();
      },
    });
  }

  /** Whether a workload's container is not made, or not replaced, for want of its image. */
  isHeld(key: string): boolean {
    return this.#held.has(key);
  }

  hinted({ node, about }: EngineHint): void {
    if (about !== 'images' && about !== 'all') return;
    this.#sights.delete(node);
    this.wake();
  }

  /** Holds back what makes or replaces a container that could not run. */
  async placing(
    key: string,
    workload: DesiredWorkload | undefined,
    diff: UnitDiff,
    index: ObservedIndex,
  ): Promise<Allowed> {
    if (workload === undefined) {
      this.#held.delete(key);
      return { diff };
    }
    const sequences = await Promise.all(
      diff.sequences.map(async (actions) => ({
        actions,
        wait: await this.#verdict(workload, placedImages(workload, actions), index),
      })),
    );
    const wait = sequences.map((sequence) => sequence.wait).find((found) => found !== undefined);
    this.#hold(workload, wait);
    if (wait === undefined) return { diff };
    return { diff: { sequences: withoutImages(workload, sequences), waits: [wait, ...diff.waits] }, wait };
  }

  /** Why Swarm cannot start a container of a service that is there, as far as its image goes; has it pulled, too. */
  async restarting(workload: DesiredWorkload, index: ObservedIndex): Promise<Wait | undefined> {
    const wait = await this.#verdict(workload, [serviceImage(workload, false)], index);
    this.#hold(workload, wait);
    return wait;
  }

  /** What Swarm is to show the registry of a workload's image, when it pulls on its own. */
  credentials(workload: DesiredWorkload): RegistryCredentials | undefined {
    if (workload.container !== undefined || workload.pull?.policy === 'Never') return undefined;
    const access = this.#access(workload.pull ?? USUAL_PULL, workload.service.image);
    return 'unusable' in access ? undefined : access.credentials;
  }

  async #verdict(
    workload: DesiredWorkload,
    images: readonly PlacedImage[],
    index: ObservedIndex,
  ): Promise<Wait | undefined> {
    const waits = await Promise.all(images.map((image) => this.#imageVerdict(workload, image, index)));
    return waits.find((wait) => wait !== undefined);
  }

  async #imageVerdict(
    workload: DesiredWorkload,
    { image, pull: policy, node: only, fresh }: PlacedImage,
    index: ObservedIndex,
  ): Promise<Wait | undefined> {
    if (!index.swarm.ok) return undefined;
    const { constraints } = workload.service;
    const access = this.#access(policy, image);
    const nodes = await Promise.all(
      (only === undefined ? eligibleNodes(constraints, index.swarm.value.nodes) : [only]).map(
        async (node): Promise<ImageNode> => {
          // In this order: a pull that ends in between leaves the node with the image.
          const pull = this.#puller.state(node, image, access);
          return { node, pull, sight: await this.#sight(node, image, index) };
        },
      ),
    );
    const { pull, wait } = imageVerdict(image, policy, nodes, { fresh, placed: only !== undefined });
    for (const node of pull) this.#puller.begin(node, image, access);
    return wait;
  }

  #hold({ key, owner }: DesiredWorkload, wait: Wait | undefined): void {
    if (wait === undefined) this.#held.delete(key);
    else this.#held.set(key, owner);
  }

  /** Has those looked at again that wait for an image: a secret, a policy or a node may be different. */
  wake(): void {
    for (const owner of this.#held.values()) this.#deps.enqueueOwner(owner);
  }

  #access({ secret }: DesiredPull, image: string): RegistryAccess {
    return secret === undefined ? { credentials: undefined } : this.#deps.secrets.registry(secret, image);
  }

  /** A node that cannot be asked is not known to lack it. */
  #sight(node: string, image: string, index: ObservedIndex): Promise<Sight> {
    const engine = this.#deps.fleet.engines.get(node);
    if (engine === undefined || index.nodes.get(node)?.ok !== true) return Promise.resolve('unknown');
    const now = this.#deps.clock.monotonicMs();
    const onNode = this.#sights.get(node) ?? new Map<string, never>();
    this.#sights.set(node, onNode);
    const known = onNode.get(image);
    if (known !== undefined && now - known.at < this.#deps.maxAgeMs) return known.sight;
    const sight = engine.imageId(image).then(
      (id): Sight => (id === undefined ? 'absent' : 'present'),
      (): Sight => {
        onNode.delete(image);
        return 'unknown';
      },
    );
    onNode.set(image, { sight, at: now });
    return sight;
  }
}
