import type { ObservedDevice } from './devices.ts';

/** What a router says of itself, whatever its platform. */

export interface RouterSession {
  /** Address of the peer. */
  readonly address: string;
  readonly asn: number;
  /** State of RFC 4271: Established, Active, Connect, Idle … */
  readonly state: string;
  /** RFC 3339, whole seconds, exact to a second or two; undefined unless Established. */
  readonly establishedAt: string | undefined;
  /** For how many ms it has been Established; undefined: it is not. */
  readonly upMs: number | undefined;
  /** The router watches this neighbour with BFD. */
  readonly watched: boolean;
  readonly prefixesReceived: number;
}

export interface RouterInterface {
  /** As the kernel names it; not stable, found by address. */
  readonly name: string;
  /** With mask, such as 10.199.35.2/24. */
  readonly address: string;
  readonly mac: string;
  /** The kernel's alias of it: by its own hinge knows what it has shaped. */
  readonly alias?: string;
}

export interface RouterState {
  /** False while the daemons are starting. */
  readonly ready: boolean;
  /** Hash of the configuration that hinge applied last in this container; undefined when none. */
  readonly appliedHash: string | undefined;
  /** What differs in the running configuration from the one after hinge's last change: lines that start with `+` or `-`; none: nothing. */
  readonly drift: readonly string[];
  readonly sessions: readonly RouterSession[];
  readonly interfaces: readonly RouterInterface[];
  /** Interfaces that have lost the address they were configured with; absent: the platform does not configure any. */
  readonly bare?: readonly RouterInterface[];
  /** It is starting, and reads its configuration by itself: until then it is left alone. */
  readonly boots?: true;
  /** An IPv6 address of lo: what hinge has packets with segments come from. */
  readonly segmentSource?: string;
  /** Its interfaces of LANs; absent: none. */
  readonly devices?: readonly ObservedDevice[];
}

/** A best route in a router's BGP table. */
export interface RouteEntry {
  readonly prefix: string;
  readonly nextHop: string;
  readonly asPath: readonly number[];
}

export interface TraceHop {
  readonly ttl: number;
  /** Undefined: no answer. */
  readonly address: string | undefined;
  readonly rttMs: number | undefined;
}

/** The way that packets took, as traceroute saw it. */
export interface Trace {
  readonly reached: boolean;
  readonly hops: readonly TraceHop[];
}
