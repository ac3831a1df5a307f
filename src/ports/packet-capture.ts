import type { LiveCommand, LiveProcess } from './live-commands.ts';
import type { ConsoleTarget } from './router-console.ts';

export interface Capture {
  /** Address, without mask, of the interface to listen on. */
  readonly address: string;
  /** Packets as a pcap file on stdout; else a line of text each. */
  readonly pcap: boolean;
  /** Ends after so many packets. */
  readonly count: number | undefined;
  /** Words of pcap-filter(7). */
  readonly filter: readonly string[];
}

/** Packets on the interfaces of a workload, whatever its image contains. */
export interface PacketCapture {
  /** @returns undefined when no interface has the address. @throws DockerError */
  start(
    target: ConsoleTarget,
    capture: Capture,
    receive: LiveCommand['receive'],
  ): Promise<LiveProcess | undefined>;
}
