import type { Routing } from '../routing.ts';
import { block, flag, type Item, leaf, tagged, within } from './item.ts';
import type { Traits } from './release-traits.ts';
import type { VyosBridge, VyosInterface, VyosRouter } from './router.ts';

/** UDP port of tunnels between edge routers, the same on every platform. */
const TUNNEL_PORT = 4790;
/** Hops that a tunnel's packet may take, the kernel's own default: VyOS's is 16, and a testbed may be longer. */
const TUNNEL_TTL = 64;
/** The least MTU that VyOS takes for a tunnel, in bytes. */
export const LEAST_TUNNEL_MTU = 1200;
/** Least MTU with which an interface may speak IPv6 (RFC 8200): VyOS refuses less unless it has no address of its own. */
const IPV6_MTU = 1280;

const silent = (): Item => within(['ipv6', 'address'], [flag('no-default-link-local')]);

export const interfaceItems = (
  { interfaces, bridges }: VyosRouter,
  { addresses }: Routing,
  { evpn }: Traits,
): Item =>
  block('interfaces', [
    tagged(
      'loopback',
      'lo',
      addresses.map((address) => leaf('address', address)),
    ),
    ...interfaces.map(ethernet),
    ...(evpn ? [...bridges.map(tunnel), ...bridges.map(bridge)] : []),
  ]);

const ethernet = ({ name, address, description, mtu }: VyosInterface): Item =>
  tagged('ethernet', name, [
    leaf('address', address),
    leaf('description', description),
    leaf('mtu', mtu),
    ...(mtu < IPV6_MTU ? [silent()] : []),
  ]);

/** Names follow from the VNI, so that whoever plugs hosts in knows the bridge's. */
const tunnelName = ({ vni }: VyosBridge): string => `vxlan${vni.toString()}`;
export const bridgeName = ({ vni }: Pick<VyosBridge, 'vni'>): string => `br${vni.toString()}`;

const tunnelMtu = ({ mtu }: VyosBridge): number => Math.max(mtu, LEAST_TUNNEL_MTU);

/** Where other ends are, and what is behind them, BGP says. */
const tunnel = (own: VyosBridge): Item =>
  tagged('vxlan', tunnelName(own), [
    silent(),
    leaf('mtu', tunnelMtu(own)),
    block('parameters', [block('ip', [leaf('ttl', TUNNEL_TTL)]), flag('nolearning')]),
    leaf('port', TUNNEL_PORT),
    leaf('source-address', own.vtep),
    leaf('vni', own.vni),
  ]);

/** The router is no neighbour on the LAN. */
const bridge = (own: VyosBridge): Item =>
  tagged('bridge', bridgeName(own), [
    silent(),
    block('member', [tagged('interface', tunnelName(own))]),
    leaf('mtu', tunnelMtu(own)),
  ]);
