import type { ObservedSegments, SegmentChange } from '../core/diff/segments.ts';
import type { ConsoleTarget } from './router-console.ts';

/** SRv6 in the kernel of a router, whatever its image contains. Failures are DockerError. */
export interface SegmentConsole {
  /** What the kernel under a container lacks of all that is needed, in its own words, by trying it in a namespace of its own; empty: nothing. */
  lacks(target: ConsoleTarget): Promise<string>;
  read(target: ConsoleTarget): Promise<ObservedSegments>;
  /** Stops at the first thing that the kernel does not take. @returns the filter table as nft prints it now. */
  change(target: ConsoleTarget, change: SegmentChange): Promise<string>;
  /** Packets that the router has taken for each of its SIDs, those included that it could not pass on. */
  counts(target: ConsoleTarget): Promise<ReadonlyMap<string, number>>;
}
