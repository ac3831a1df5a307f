import type { Kind } from './object.ts';

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** Kubernetes' metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: ConditionStatus;
  /** CamelCase, for programs. */
  readonly reason: string;
  /** For people: what, where, what was expected, what happens next. */
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
}

export interface InterfaceStatus {
  readonly link: string;
  readonly name: string;
  /** With mask, such as 10.199.35.2/24. */
  readonly address: string;
  readonly mac: string;
}

export interface SessionStatus {
  readonly peer: string;
  readonly asn: number;
  readonly address: string;
  /** FRR's state name, such as Established, Active, Connect. */
  readonly state: string;
  /** RFC 3339 time since which the session is established; absent otherwise. */
  readonly establishedAt?: string;
  /** Seconds that the session had been up when this status was written. */
  readonly uptime?: number;
  readonly prefixesReceived: number;
}

export interface ProofHop {
  readonly router: string;
  readonly address: string;
}

/** What packets did; hops of the routers passed, in order, without the hosts. */
export interface ProofStatus {
  readonly checkedAt: string;
  readonly forward: { readonly hops: readonly ProofHop[] };
  readonly reverse: { readonly hops: readonly ProofHop[] };
  readonly asPath: readonly number[];
}

interface CommonStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
}

/** A replacement of a router's container that is under way: what has to be there again before the next router is replaced. */
export interface ReplacementStatus {
  /** RFC 3339. */
  readonly since: string;
  /** Id of the container that leaves; empty when none ran. */
  readonly container: string;
  /** Fields of the service for which it is replaced. */
  readonly fields: readonly string[];
  /** Addresses of the peers with which sessions were established. */
  readonly sessions: readonly string[];
}

export interface RouterStatus extends CommonStatus {
  readonly node?: string;
  readonly task?: string;
  readonly container?: string;
  readonly asn?: number;
  readonly routerId?: string;
  readonly loopback?: string;
  readonly locator?: string;
  readonly interfaces?: readonly InterfaceStatus[];
  readonly sessions?: readonly SessionStatus[];
  readonly configHash?: string;
  readonly replacement?: ReplacementStatus;
}

export interface PathLinkStatus {
  readonly between: readonly [string, string];
  readonly network: string;
  readonly subnet: string;
  readonly addresses: readonly [string, string];
}

export interface PathStatus extends CommonStatus {
  readonly links?: readonly PathLinkStatus[];
  readonly proof?: ProofStatus;
}

export interface ExperimentStatus extends CommonStatus {
  readonly hosts?: readonly { readonly name: string; readonly node?: string; readonly address: string }[];
  readonly connections?: readonly {
    readonly name: string;
    readonly layer: 2 | 3;
    readonly path: string;
    /** Of its own, or of layer 2 those on its LAN. */
    readonly addresses?: { readonly from: string; readonly to: string };
    readonly rttMs?: number;
    /** Percentage of the packets between the hosts that were lost when they were last sent. */
    readonly lossPercent?: number;
    readonly proof?: ProofStatus;
  }[];
}

export interface StatusByKind {
  readonly Router: RouterStatus;
  readonly Path: PathStatus;
  readonly Experiment: ExperimentStatus;
}
export type Status = StatusByKind[Kind];

/** One entry below `/hinge/events/`, kept on a lease. */
export interface EventRecord {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly object: { readonly kind: Kind | 'Node' | 'Testbed'; readonly name: string };
  readonly count: number;
  /** RFC 3339. */
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
}
