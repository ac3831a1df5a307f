import type { BgpNeighbor, ExportRule, ImportRule } from '../../api/bgp.ts';
import type { ObjectRef } from '../../api/object.ts';
import type { Path } from '../../api/path.ts';
import type { DesiredPull } from './desired-pull.ts';
import type { ConfigurationText } from '../render/text.ts';
import type { VyosNote } from '../render/vyos/note.ts';
import type { ContainerForm } from './container-form.ts';
import type { Egress, LinkShape } from './link-shape.ts';
import type { PolicyNote } from './policy-note.ts';
import type { Way } from './locator.ts';
import type { Pace } from './pace.ts';
import type { Platform } from './platforms.ts';
import type { Selection } from './selection.ts';
import type { SegmentSetup } from './desired-segments.ts';

/** Key of the one internal network that every workload's service is attached to. */
export const MANAGEMENT = 'management';

/** One address on a network. */
export interface DesiredEndpoint {
  /** Key of the workload, such as `router/vyos-35`. */
  readonly workload: string;
  /** IPv4 address without mask. */
  readonly address: string;
}

/** An overlay that must be there. */
export interface DesiredNetwork {
  /** `management`, `link/vyos-35--vyos-36` or `access/fig3/a`. */
  readonly key: string;
  /** Docker's name; carries a short UID, so that a leftover is never taken for it. */
  readonly name: string;
  readonly purpose: 'management' | 'link' | 'access';
  /** CIDR. */
  readonly subnet: string;
  /** What Swarm may hand out itself: the upper half. */
  readonly ipRange: string;
  readonly gateway: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Static endpoints, sorted by workload; empty for the management network. */
  readonly endpoints: readonly DesiredEndpoint[];
}

export interface DesiredService {
  readonly name: string;
  readonly hostname: string;
  readonly image: string;
  /** Empty: the image's own command. */
  readonly command: readonly string[];
  /** `NAME=value`, sorted. */
  readonly env: readonly string[];
  readonly capabilities: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly constraints: readonly string[];
  /** 0: no limit. */
  readonly nanoCpus: number;
  readonly memoryBytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A router's own container, which stands in the namespaces of its task: Swarm knows nothing of it. */
export interface DesiredContainer extends ContainerForm {
  /** The Router's, so that `docker exec` finds it. */
  readonly name: string;
  readonly image: string;
  readonly capabilities: readonly string[];
  /** 0: no limit. */
  readonly nanoCpus: number;
  readonly memoryBytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A router's configuration, complete. */
export interface RouterSetup {
  readonly type: 'router';
  readonly platform: Platform;
  readonly asn: number;
  readonly routerId: string;
  /** CIDR, or undefined with `loopback: none`. */
  readonly loopback: string | undefined;
  /** CIDR; undefined: about to be claimed. */
  readonly locator?: string;
  readonly configuration: ConfigurationText;
  /** Expected BGP sessions, sorted by address. */
  readonly sessions: readonly DesiredSession[];
  /** What its interfaces do to packets, for links that have properties, sorted by network. */
  readonly shaping: readonly DesiredShaping[];
  /** What its kernel is to know of SRv6; undefined: nothing. */
  readonly segments?: SegmentSetup;
  /** Its parts of LANs, sorted by VNI; absent: it has none. */
  readonly bridges?: readonly DesiredBridge[];
}

/** What joins the hosts of a router that are on one LAN with each other, and with the other edge routers' through tunnels. */
export interface DesiredBridge {
  readonly vni: number;
  /** IPv4 address of the router's end of the tunnels. */
  readonly vtep: string;
  /** Bytes. */
  readonly mtu: number;
  /** Sorted by number. */
  readonly ports: readonly DesiredPort[];
}

/** Between a router and a host, over the access network, which itself carries no more than unicast of addresses that Docker knows. */
export interface DesiredPort {
  /** Of the host on the LAN, from 1. */
  readonly number: number;
  /** Own address on the access network, and the other end's. */
  readonly local: string;
  readonly remote: string;
}

/** A host's interface on a LAN. */
export interface DesiredHostPort extends DesiredPort {
  /** Name of the interface. */
  readonly device: string;
  readonly vni: number;
  readonly mac: string;
  /** With mask, such as 172.20.0.1/24. */
  readonly address: string;
  /** Bytes. */
  readonly mtu: number;
}

/** One end of a link with properties. */
export interface DesiredShaping {
  /** Key of the link's network. */
  readonly network: string;
  /** The router's own address there: its interface is found by it. */
  readonly address: string;
  readonly egress: Egress;
  /** Bytes; undefined: as Docker has made it. */
  readonly mtu: number | undefined;
  readonly control: LinkShape['control'];
}

export interface DesiredSession {
  readonly peer: string;
  readonly asn: number;
  readonly address: string;
  /** Key of the network it runs over. */
  readonly network: string;
  /** Timers that somebody wrote, or for a link that delays it; undefined: the usual ones. */
  readonly pace?: Pace;
  /** It carries EVPN too. */
  readonly evpn?: true;
  /** It is not watched by BFD. */
  readonly bfd?: false;
  readonly password?: SessionPassword;
  readonly policy?: SessionPolicy;
}

/** The secret that a session is signed with. Its value is no part of a plan. */
export interface SessionPassword {
  readonly secret: string;
  /** The secret's modification revision in the store; undefined: there is no usable one, so that the session is not configured. */
  readonly revision: string | undefined;
}

/** What a router does with the routes of one neighbour, and tells it. */
export interface SessionPolicy extends Pick<BgpNeighbor, 'maximumPrefixes' | 'defaultOriginate'> {
  /** The first that matches decides. */
  readonly import: readonly ImportRule[];
  readonly export: readonly ExportRule[];
}

/** What an experiment host needs inside its network namespace. */
export interface HostSetup {
  readonly type: 'host';
  /** The edge router's address on the access network: the default route. */
  readonly gateway: string;
  readonly address: string;
  /** Key of the access network. */
  readonly network: string;
  /** Further addresses, those that connections have of their own, sorted. */
  readonly addresses: readonly string[];
  /** Routes through the edge router that differ from the default route, sorted by destination. */
  readonly routes: readonly DesiredRoute[];
  /** Its interfaces on LANs, sorted by VNI; absent: it has none. */
  readonly ports?: readonly DesiredHostPort[];
}

/** How a host sends to the far end of a connection over SRv6. */
export interface DesiredRoute {
  /** Address without mask. */
  readonly to: string;
  /** The host's own address in such packets; undefined: as usual. */
  readonly source: string | undefined;
  /** Bytes: what the segments leave of the links' MTU; undefined: there are none. */
  readonly mtu: number | undefined;
}

/** A service with one replica: a router or an experiment host. */
export interface DesiredWorkload {
  /** `router/vyos-35` or `host/fig3/a`. */
  readonly key: string;
  readonly owner: ObjectRef;
  readonly service: DesiredService;
  /** The router's own container; absent: the service's container is the router. */
  readonly container?: DesiredContainer;
  /** Absent: IfNotPresent, without a secret. No part of the service: to change it replaces no container. */
  readonly pull?: DesiredPull;
  readonly setup: RouterSetup | HostSetup;
  /** What is to be said of a router's BGP policy; undefined: it has none. */
  readonly notes?: readonly PolicyNote[];
  /** What its platform does not do as it is written; absent: nothing. */
  readonly platformNotes?: readonly VyosNote[];
}

export interface DesiredHop {
  readonly router: string;
  /** The address that a packet enters the router by; over SRv6, beyond the first router, its SID there. */
  readonly address: string;
}

/** A connection as it should run, both ways. */
export interface DesiredConnection {
  readonly name: string;
  readonly path: string;
  readonly layer: 2 | 3;
  readonly from: DesiredEnd;
  readonly to: DesiredEnd;
  /** Layer 2: addresses of the tunnel's ends in the two edge routers; the ends' own addresses are those on the LAN. */
  readonly tunnel?: { readonly from: string; readonly to: string };
  /** Routers in the order that packets from `from` pass them; of layer 2 those between the tunnel's ends. */
  readonly forward: readonly DesiredHop[];
  readonly reverse: readonly DesiredHop[];
  /** AS path of `to`'s subnet, or of its end of the tunnel, in the edge router of `from`; empty when both share one router. */
  readonly asPath: readonly number[];
  /** Over SRv6: its packets, and what they are sent along; undefined also when both ends share one router. */
  readonly course?: DesiredCourse;
}

/** A connection's way over SRv6. */
export interface DesiredCourse {
  /** Of no other connection, and the same as long as it has its name: part of its SIDs, its mark and its table in the edge routers. */
  readonly number: number;
  /** Undefined: whatever goes between the addresses of its ends. */
  readonly selection: Selection | undefined;
  /** SIDs, one for each router after the first. */
  readonly segments: Readonly<Record<Way, readonly string[]>>;
  /** Bytes that a packet of a host may have. */
  readonly mtu: number;
}

export interface DesiredEnd {
  readonly workload: string;
  readonly router: string;
  /** What its packets are addressed by. */
  readonly address: string;
  /** The host's address on its access network; the same, unless the connection has addresses of its own, or is of layer 2. */
  readonly host: string;
  /** The edge router's address on that network. */
  readonly edge: string;
  readonly subnet: string;
}

export interface DesiredPath {
  readonly name: string;
  readonly engineering: Path['spec']['engineering'];
  readonly via: readonly string[];
  readonly links: readonly DesiredPathLink[];
}
export interface DesiredPathLink {
  readonly between: readonly [string, string];
  /** Key of the network. */
  readonly network: string;
  readonly subnet: string;
  readonly addresses: readonly [string, string];
  /** Absent: it has no properties. */
  readonly shape?: LinkShape;
}

export interface DesiredExperiment {
  readonly name: string;
  readonly suspended: boolean;
  readonly hosts: readonly {
    readonly name: string;
    readonly workload: string;
    readonly address: string;
    readonly network: string;
  }[];
  readonly connections: readonly DesiredConnection[];
}

/** All that should be, sorted by key: the same objects and allocations give the same value. */
export interface DesiredState {
  readonly networks: readonly DesiredNetwork[];
  readonly workloads: readonly DesiredWorkload[];
  readonly paths: readonly DesiredPath[];
  readonly experiments: readonly DesiredExperiment[];
}
