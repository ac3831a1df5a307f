import type { Way } from './locator.ts';
import type { Selection } from './selection.ts';

/** What a router's kernel is to know of SRv6. Interfaces are named by the router's own IPv4 address on them. */
export interface SegmentSetup {
  /** CIDR. */
  readonly locator: string | undefined;
  readonly neighbors: readonly SegmentNeighbor[];
  readonly sids: readonly DesiredSid[];
  readonly flows: readonly DesiredFlow[];
  readonly hosts: readonly ReachedHost[];
}

/** A neighbour on the way of a connection. */
export interface SegmentNeighbor {
  /** CIDR of the neighbour. */
  readonly locator: string;
  readonly interface: string;
  /** The neighbour's IPv4 address on the link. */
  readonly peer: string;
  /** Of the connections that go there, sorted. */
  readonly numbers: readonly number[];
}

/** What the router does with packets for one of its SIDs. */
export interface DesiredSid {
  readonly sid: string;
  /** Of the connection. */
  readonly number: number;
  /** On to the next segment, or out of the tunnel and by the inner destination. */
  readonly action: 'End' | 'End.DX4';
  /** Where such packets come in. */
  readonly interface: string;
}

/** Packets that the router sends along segments. */
export interface DesiredFlow {
  /** The mark that they get, and the routing table that knows the segments. */
  readonly number: number;
  readonly source: string;
  readonly destination: string;
  readonly selection: Selection | undefined;
  /** On the way back the ports that are looked for are those that packets come from. */
  readonly way: Way;
  readonly segments: readonly string[];
  /** Where they go out. */
  readonly interface: string;
}

/** An address that a connection has of its own at a host of the router. */
export interface ReachedHost {
  /** Of the connection. */
  readonly number: number;
  readonly address: string;
  /** The host's address on the access network. */
  readonly via: string;
  readonly interface: string;
}

/** What is left to do without some connections, by their numbers. */
export function withoutFlows(setup: SegmentSetup, barred: ReadonlySet<number>): SegmentSetup {
  const isLeft = ({ number }: { readonly number: number }): boolean => !barred.has(number);
  return {
    ...setup,
    neighbors: setup.neighbors.filter(({ numbers }) => numbers.some((number) => !barred.has(number))),
    sids: setup.sids.filter(isLeft),
    flows: setup.flows.filter(isLeft),
    hosts: setup.hosts.filter(isLeft),
  };
}
