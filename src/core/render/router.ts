import type { RouterBgp } from '../../api/bgp.ts';
import type { DesiredSession } from '../plan/desired.ts';

/** What a router's configuration is made of on every platform. */
export interface RenderedRouter {
  readonly hostname: string;
  readonly asn: number;
  readonly routerId: string;
  /** CIDR; undefined: none. */
  readonly loopback: string | undefined;
  /** Sorted by address. */
  readonly sessions: readonly DesiredSession[];
  /** Subnets of its own interfaces, in any order: originated while the interface is there. */
  readonly connected: readonly string[];
  /** Further prefixes, in any order: originated always. */
  readonly advertise: readonly string[];
  /** CIDRs of its ends of layer-2 tunnels, each a /32, in any order; absent: it has none. */
  readonly vteps?: readonly string[];
  /** Prefixes for which one neighbour is preferred, in any order: each prefix once. */
  readonly preferred: readonly { readonly prefix: string; readonly from: string }[];
  readonly bgp?: Pick<RouterBgp, 'gracefulRestart' | 'aggregates'>;
  /** In the platform's syntax; kept as written. */
  readonly extraConfig: string | undefined;
}
