import { DockerError } from '../core/failure.ts';
import { type Action, type CreateRouter, describeAction, type UnitDiff } from '../core/diff/action.ts';
import type { RegistryCredentials } from '../api/registry-secret.ts';
import type { ContainerFile } from '../core/plan/container-form.ts';
import type { DesiredWorkload } from '../core/plan/desired.ts';
import type { Logger } from '../ports/logger.ts';
import type { Fleet, NodeEngine } from '../ports/node-engine.ts';
import type { Swarm } from '../ports/swarm.ts';
import type { Observation } from './observation.ts';

export interface ApplyDeps {
  readonly swarm: Swarm;
  readonly fleet: Fleet;
  readonly observation: Observation;
  readonly helperImage: string;
  /** For the registry of a workload's image, as Swarm is to have them. */
  readonly credentials: (workload: DesiredWorkload) => RegistryCredentials | undefined;
  /** What a router's own container is to have in it before it starts. */
  readonly bootFiles: (action: CreateRouter) => Promise<readonly ContainerFile[]>;
  /** @throws when this operator does not lead any more: asked before every action, since timers may be late. */
  readonly assertLeading: () => void;
  /** Told of every action done or failed. */
  readonly report: (action: Action, outcome: 'done' | 'failed') => void;
}

/** The only place where Docker is changed: runs the sequences of a diff side by side, each in order, and stops a sequence at its first failure. */
export class Applier {
  readonly #deps: ApplyDeps;
  /** By id of a service: the version that was updated last. What is known of the service at that version is older than the update. */
  readonly #updated = new Map<string, number>();

  constructor(deps: ApplyDeps) {
    this.#deps = deps;
  }

  /** Whether a diff has an update that is done already: it was made before the Swarm was read again. */
  isOutdated(diff: UnitDiff): boolean {
    return diff.sequences.flat().some((action) => this.#isDone(action));
  }

  /** Leaves out what is done already. @throws the first failure, after all sequences have ended. */
  async apply(
    diff: UnitDiff,
    context: { readonly signal: AbortSignal; readonly logger: Logger },
  ): Promise<void> {
    const results = await Promise.allSettled(
      diff.sequences.map((sequence) => this.#sequence(sequence, context)),
    );
    const failures = results
      .filter((result) => result.status === 'rejected')
      .map((result): unknown => result.reason);
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) {
      const messages = failures.map((failure) =>
        failure instanceof Error ? failure.message : String(failure),
      );
      throw new AggregateError(failures, [...new Set(messages)].join('; '));
    }
  }

  async #sequence(
    actions: readonly Action[],
    { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
  ): Promise<void> {
    for (const action of actions) {
      signal.throwIfAborted();
      this.#deps.assertLeading();
      if (this.#isDone(action)) continue;
      logger.info({ action: describeAction(action) }, 'applying');
      try {
        await this.#one(action);
        this.#deps.report(action, 'done');
      } catch (error) {
        this.#deps.report(action, 'failed');
        throw error;
      } finally {
        this.#invalidate(action);
      }
    }
  }

  async #one(action: Action): Promise<void> {
    const { swarm } = this.#deps;
    switch (action.type) {
      case 'create-network':
        await swarm.createNetwork(action.network);
        return;
      case 'remove-network':
        await Promise.all(
          [...this.#deps.fleet.engines.values()].map((engine) =>
            engine.giveUp(action.id, this.#deps.helperImage),
          ),
        );
        return swarm.removeNetwork(action.id);
      case 'create-service':
        await swarm.createService(
          action.workload,
          action.managementId,
          this.#deps.credentials(action.workload),
        );
        return;
      case 'update-service':
        await swarm.updateService(
          action.id,
          action.version,
          action.workload,
          action.managementId,
          this.#deps.credentials(action.workload),
        );
        this.#updated.set(action.id, action.version);
        return;
      case 'remove-service':
        await swarm.removeService(action.id);
        this.#updated.delete(action.id);
        return;
      case 'ensure-helper':
        await this.#engine(action.node).ensureHelper(this.#deps.helperImage);
        return;
      case 'remove-helper':
        return this.#engine(action.node).removeHelper();
      case 'create-router':
        return this.#engine(action.node).createRouter(
          action.container,
          action.sandbox,
          await this.#deps.bootFiles(action),
        );
      case 'start-router':
        return this.#engine(action.node).startRouter(action.id);
      case 'remove-router':
        return this.#engine(action.node).removeRouter(action.id);
      case 'plug':
        return this.#engine(action.target.node).connect(
          action.target.containerId,
          action.networkId,
          action.address,
        );
      case 'unplug':
        return this.#engine(action.target.node).disconnect(action.target.containerId, action.networkId);
    }
  }

  #isDone(action: Action): boolean {
    return action.type === 'update-service' && action.version <= (this.#updated.get(action.id) ?? -1);
  }

  #engine(node: string): NodeEngine {
    const engine = this.#deps.fleet.engines.get(node);
    if (engine === undefined) {
      throw new DockerError('not-found', `node ${node} has no endpoint; add it to HINGE_NODES`);
    }
    return engine;
  }

  /** Also after a failure: it may have happened all the same. */
  #invalidate(action: Action): void {
    const { observation, fleet } = this.#deps;
    if ('node' in action) observation.invalidateNode(action.node);
    else if ('target' in action) observation.invalidateNode(action.target.node);
    else observation.invalidateSwarm();
    if (action.type === 'remove-network')
      for (const node of fleet.engines.keys()) observation.invalidateNode(node);
  }
}
