import type { Trace } from '../core/diff/observed-router.ts';
import type { HostSetup } from '../core/plan/desired.ts';
import type { ConsoleTarget } from './router-console.ts';

/** What a host is to know of the network. */
export type HostRouting = Pick<HostSetup, 'gateway' | 'address' | 'addresses' | 'routes'>;

/** A packet between two addresses. */
export interface Packet {
  readonly from: string;
  readonly to: string;
  readonly dscp: number | undefined;
}

/** One that no application gets: the last router before its destination drops it. */
export interface SpentPacket extends Packet {
  readonly protocol: 'tcp' | 'udp';
  readonly fromPort?: number;
  readonly toPort?: number;
}

/** The network namespace of a workload, whatever its image contains. */
export interface HostConsole {
  /** Makes the gateway the only default route, and the other addresses and routes those that hinge has made; fine when it is so. */
  route(target: ConsoleTarget, routing: HostRouting): Promise<void>;
  /** Gateways of the default routes. */
  defaultRoutes(target: ConsoleTarget): Promise<readonly string[]>;
  /**
   * Whether an answer comes from `address` within two seconds: the cheap question before a trace. Returns at once when it comes.
   * @param addedMs by which links delay it.
   */
  reaches(target: ConsoleTarget, address: string, addedMs: number): Promise<boolean>;
  /** Sends a few echo requests. @returns the mean round-trip time in ms; undefined: none was answered. */
  echo(target: ConsoleTarget, packet: Packet, addedMs: number): Promise<number | undefined>;
  /** Sends a few packets, and returns when they had the time to go their way. */
  spend(target: ConsoleTarget, packet: SpentPacket, addedMs: number): Promise<void>;
  /** The routers that packets to `address` pass, and the destination as last hop when reached; no farther than `maxHops`. */
  trace(target: ConsoleTarget, address: string, maxHops: number, addedMs: number): Promise<Trace>;
}
