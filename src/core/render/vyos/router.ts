import type { RenderedRouter } from '../router.ts';

/** A router as VyOS configures it: its interfaces, too, which on other platforms are made from outside. */
export interface VyosRouter extends RenderedRouter {
  readonly interfaces: readonly VyosInterface[];
  /** Its parts of LANs. */
  readonly bridges: readonly VyosBridge[];
  readonly segments: VyosSegments | undefined;
  /** Of the kernel, by name. */
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface VyosInterface {
  /** Such as eth0: VyOS takes no other names for Ethernet. */
  readonly name: string;
  /** With mask, such as 10.200.0.2/27. */
  readonly address: string;
  readonly description: string;
  /** Bytes. Never left out: VyOS would make it 1500, which an overlay does not carry. */
  readonly mtu: number;
}

export interface VyosBridge {
  readonly vni: number;
  /** IPv4 address of the router's end of the tunnels. */
  readonly vtep: string;
  /** Bytes. */
  readonly mtu: number;
}

export interface VyosSegments {
  /** CIDR, a /48. */
  readonly locator: string;
  /** Names of the interfaces that packets with segments come in by. */
  readonly interfaces: readonly string[];
}
