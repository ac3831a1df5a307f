import type { SeenHop } from '../core/prove/hops.ts';
import type { TracedTo } from './host-console.ts';
import type { ConsoleTarget } from './router-console.ts';

/** Traces packets for whoever watches. */
export interface HopTracer {
  /** As HostConsole.trace, and tells of each hop as soon as it is known. @throws DockerError */
  trace(target: ConsoleTarget, to: TracedTo, tell: (hop: SeenHop) => void): Promise<void>;
}
