import type { Keys } from '../api/keys.ts';
import type { HostConsole } from '../ports/host-console.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Fleet } from '../ports/node-engine.ts';
import type { RouterConsole } from '../ports/router-console.ts';
import type { Swarm } from '../ports/swarm.ts';
import type { Applier } from './apply.ts';
import type { Convergence } from './convergence.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { ImageKeeper } from './image-keeper.ts';
import type { LinkShaper } from './link-shaper.ts';
import type { Observation } from './observation.ts';
import type { Prover } from './prover.ts';
import type { Rollout } from './rollout.ts';
import type { RouterStates } from './router-states.ts';
import type { SegmentKeeper } from './segment-keeper.ts';
import type { SecretBook } from './secret-book.ts';
import type { SessionDoctor } from './session-doctor.ts';
import type { StatusBook } from './status-book.ts';
import type { Testbed } from './testbed.ts';

/** Kinds of key that the controllers work on. */
export type Unit = 'network' | 'router' | 'path' | 'experiment' | 'helper';

/** What all controllers of one term of leadership share. */
export interface Context {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly swarm: Swarm;
  readonly fleet: Fleet;
  readonly testbed: Testbed;
  readonly observation: Observation;
  readonly applier: Applier;
  readonly statuses: StatusBook;
  readonly events: EventRecorder;
  readonly convergence: Convergence;
  readonly routerStates: RouterStates;
  readonly rollout: Rollout;
  readonly secrets: SecretBook;
  readonly images: ImageKeeper;
  readonly routers: RouterConsole;
  readonly hosts: HostConsole;
  readonly prover: Prover;
  readonly doctor: SessionDoctor;
  readonly shaper: LinkShaper;
  readonly keeper: SegmentKeeper;
  readonly lans: DeviceKeeper;
  /** @throws when this operator does not lead any more. */
  readonly assertLeading: () => void;
  /** Milliseconds after which everything is looked at again although nothing was heard. */
  readonly resyncMs: number;
  /** Units (`network link/a--b`) whose actions are under way: what is observed of them is half old, half new. */
  readonly busy: Set<string>;
  /** By key of a network that is wanted: why the last attempt to bring it about failed. None when that succeeded. */
  readonly networkFailures: Map<string, string>;
  /** Asks for a reconcile of another unit. */
  readonly enqueue: (unit: Unit, key: string) => void;
  /** Asks for a look at everything. */
  readonly look: () => void;
}
