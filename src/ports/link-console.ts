import type { ObservedInterface, ShapingChange } from '../core/diff/shaping.ts';
import type { ConsoleTarget } from './router-console.ts';

/** Interfaces of links inside a router's network namespace, whatever its image contains. Failures are DockerError. */
export interface LinkConsole {
  /** Whether the kernel under a container has netem, by trying it in a namespace of its own. */
  hasNetem(target: ConsoleTarget): Promise<boolean>;
  /** Reads interfaces by name, all in one call; those that are gone are left out. */
  read(target: ConsoleTarget, names: readonly string[]): Promise<readonly ObservedInterface[]>;
  /** Has TCP try connections, its own and those of others, at least so many times more. */
  allowTries(target: ConsoleTarget, retries: number): Promise<void>;
  /** Stops at the first line that the kernel does not take. */
  change(target: ConsoleTarget, change: ShapingChange): Promise<void>;
}
