import type { ObjectRef } from '../api/object.ts';
import { diffDevices, leavesDevices, type ObservedDevice, type WantedDevice } from '../core/diff/devices.ts';
import { DockerError } from '../core/failure.ts';
import type { LanFailure } from '../core/status/experiment.ts';
import type { Clock } from '../ports/clock.ts';
import type { DeviceConsole } from '../ports/device-console.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { ConsoleTarget } from '../ports/router-console.ts';
import type { EventRecorder } from './event-recorder.ts';
import { NodeAnswers } from './node-answers.ts';

/** What failed is tried again after this many ms. */
const AGAIN_MS = 5_000;

interface KeeperDeps {
  readonly devices: DeviceConsole;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  /** What is as it should be is looked at again after this many ms. */
  readonly resyncMs: number;
  /** @throws when this operator does not lead any more. */
  readonly assertLeading: () => void;
}

interface Known {
  readonly containerId: string;
  /** What was wanted, as text. */
  readonly wanted: string;
  /** Milliseconds, monotonic. */
  readonly at: number;
  readonly failure: LanFailure | undefined;
}

/** A workload and whose it is. */
interface Place {
  readonly key: string;
  readonly owner: ObjectRef;
  readonly target: ConsoleTarget;
}

/** Keeps the interfaces of LANs in the network namespaces of routers and hosts. */
export class DeviceKeeper {
  readonly #deps: KeeperDeps;
  readonly #known = new Map<string, Known>();
  /** What they lack; empty: nothing. */
  readonly #lacking: NodeAnswers<readonly string[]>;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#lacking = new NodeAnswers(deps.clock, (lacks) => lacks.length === 0);
  }

  /** Why a workload's interfaces are not as they should be; undefined: they are, or nobody has looked. */
  failure(key: string): LanFailure | undefined {
    return this.#known.get(key)?.failure;
  }

  /** The workload is gone, or has no container. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  /**
   * Makes a workload's interfaces as they should be. Asks the kernel nothing while none are wanted and none were seen.
   * @param seen as read a moment ago; undefined: not read, so that the kernel is asked once, and again when it is time.
   * @returns whether something new is to be said about the workload.
   */
  async settle(
    place: Place,
    devices: readonly WantedDevice[],
    seen: readonly ObservedDevice[] | undefined,
    logger: Logger,
  ): Promise<boolean> {
    const { key, owner, target } = place;
    const wanted = JSON.stringify(devices);
    const known = this.#known.get(key);
    const same = known?.containerId === target.containerId && known.wanted === wanted ? known : undefined;
    const clean = seen !== undefined && leavesDevices(diffDevices(devices, seen));
    if (!clean && same !== undefined && this.#canWait(same, devices, seen)) return false;
    const failure = clean ? undefined : await this.#attempt(place, devices, same, logger);
    const at = this.#deps.clock.monotonicMs();
    this.#known.set(key, { containerId: target.containerId, wanted, at, failure });
    const isNew = failure?.message !== known?.failure?.message;
    if (isNew && failure !== undefined) this.#deps.events.warning(owner, failure.reason, failure.message);
    return isNew;
  }

  /** Whether the kernel was asked a short time ago, and nothing was seen since. */
  #canWait(
    { at, failure }: Known,
    devices: readonly WantedDevice[],
    seen: readonly ObservedDevice[] | undefined,
  ): boolean {
    const { clock, resyncMs } = this.#deps;
    const age = clock.monotonicMs() - at;
    if (failure !== undefined) return age < AGAIN_MS;
    return seen === undefined && (devices.length === 0 || age < resyncMs);
  }

  async #attempt(
    place: Place,
    devices: readonly WantedDevice[],
    before: Known | undefined,
    logger: Logger,
  ): Promise<LanFailure | undefined> {
    try {
      return await this.#change(place, devices, before, logger);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      logger.warn({ err: error }, 'layer-2 interfaces not made');
      return { reason: 'LanFailed', message: error.message };
    }
  }

  async #change(
    { key, owner, target }: Place,
    devices: readonly WantedDevice[],
    before: Known | undefined,
    logger: Logger,
  ): Promise<LanFailure | undefined> {
    const { devices: console, events, metrics, assertLeading } = this.#deps;
    const change = diffDevices(devices, await console.read(target));
    if (leavesDevices(change)) return undefined;
    const lacks =
      devices.length === 0 ? [] : await this.#lacking.of(target.node, () => console.lacking(target));
    if (lacks.length > 0) {
      const message = `the kernel of ${target.node} has no ${lacks.join(', ')}: ${key} cannot be on a LAN there`;
      return { reason: 'KernelLacksVxlan', message };
    }
    assertLeading();
    logger.info({ workload: key, ...change }, 'changing layer-2 interfaces');
    await console.change(target, change);
    // They were as they should be, and nobody wants anything else.
    if (before === undefined || before.failure !== undefined || change.lines.length === 0) return undefined;
    const message = `layer-2 interfaces of ${key} had been changed from outside; they were put back`;
    events.normal(owner, 'LanReverted', message);
    metrics.repairs.increment({ type: 'lan' });
    return undefined;
  }
}
