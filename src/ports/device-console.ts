import type { DeviceChange, ObservedDevice } from '../core/diff/devices.ts';
import type { RouterInterface } from '../core/diff/observed-router.ts';
import type { ConsoleTarget } from './router-console.ts';

/** Interfaces of LANs inside a workload's network namespace, whatever its image contains. Failures are DockerError. */
export interface DeviceConsole {
  /** Interfaces in the workload's network that have IPv4 addresses, hinge's or not. */
  interfaces(target: ConsoleTarget): Promise<readonly RouterInterface[]>;
  /** What the kernel under a container lacks of vxlan, bridge and macvlan, by trying them in a namespace of its own. */
  lacking(target: ConsoleTarget): Promise<readonly string[]>;
  read(target: ConsoleTarget): Promise<readonly ObservedDevice[]>;
  /** Stops at the first line that the kernel does not take. */
  change(target: ConsoleTarget, change: DeviceChange): Promise<void>;
}
