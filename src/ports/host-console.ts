import type { Trace } from '../core/diff/observed-router.ts';
import type { HostSetup } from '../core/plan/desired.ts';
import type { Echoes } from '../core/prove/verdict.ts';
import type { ConsoleTarget } from './router-console.ts';

/** What a host is to know of the network. */
export type HostRouting = Pick<HostSetup, 'gateway' | 'address' | 'addresses' | 'routes'>;

/** A packet to an address. */
export interface Packet {
  /** Own address that it comes from; undefined: of the interface that it leaves by. */
  readonly from?: string;
  readonly to: string;
  readonly dscp?: number | undefined;
}

/** One that no application gets: the last router before its destination drops it. */
export interface SpentPacket extends Packet {
  readonly from: string;
  readonly protocol: 'tcp' | 'udp';
  readonly fromPort?: number;
  readonly toPort?: number;
}

/** Where packets are traced to. */
export interface TracedTo {
  readonly address: string;
  /** Own address that they come from; undefined: of the interface that they leave by. */
  readonly source?: string | undefined;
  readonly maxHops: number;
  /** By which links delay a packet and its answer, in ms. */
  readonly addedMs: number;
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
  /** Sends a few echo requests. @param addedMs by which links delay them. */
  echo(target: ConsoleTarget, packet: Packet, addedMs: number): Promise<Echoes>;
  /** Sends a few packets, and returns when they had the time to go their way. */
  spend(target: ConsoleTarget, packet: SpentPacket, addedMs: number): Promise<void>;
  /** The routers that packets to `address` pass, and the destination as last hop when reached; no farther than `maxHops`. */
  trace(target: ConsoleTarget, to: TracedTo): Promise<Trace>;
}
