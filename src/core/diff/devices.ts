import type { DesiredBridge, DesiredHostPort } from '../plan/desired.ts';
import type { Platform } from '../plan/platforms.ts';
import { bridgeName } from '../render/vyos/interface-items.ts';

/** What a kernel's tunnel interface is made with. */
export interface Vxlan {
  readonly id: number;
  readonly local: string;
  /** The one other end; undefined: the ends are learned from BGP. */
  readonly remote: string | undefined;
  /** UDP port. */
  readonly port: number;
}

/** An interface of layer 2 that is to be in a network namespace. */
export interface WantedDevice {
  readonly name: string;
  readonly kind: 'bridge' | 'vxlan' | 'macvlan';
  readonly vxlan?: Vxlan;
  /** Of a macvlan: the interface that it is on. */
  readonly link?: string;
  /** Bridge that it is a port of. */
  readonly master?: string;
  /** Bytes. */
  readonly mtu: number;
  /** Of a host's interface. A router's have no addresses of their own: it is no neighbour on the LAN. */
  readonly end?: { readonly mac: string; readonly address: string };
}

/** An interface that has one of hinge's names for layer 2, as the kernel describes it. */
export interface ObservedDevice {
  readonly name: string;
  readonly kind: string;
  readonly vxlan: Vxlan | undefined;
  readonly link: string | undefined;
  readonly master: string | undefined;
  readonly mtu: number;
  readonly mac: string;
  /** With mask, IPv4 and IPv6. */
  readonly addresses: readonly string[];
  readonly up: boolean;
}

export interface DeviceChange {
  /** Lines for `ip -batch`. */
  readonly lines: readonly string[];
  /** Names of interfaces that are to speak IPv6, which Docker switches off in hosts. */
  readonly ipv6: readonly string[];
}

/** Of tunnels between edge routers. Docker's own overlays use 4789. */
const TUNNEL_PORT = 4790;
/**
 * Of what joins a host to its router: this and the host's number, since a kernel has each VNI once for each port. The VNI is another one than
 * the LAN's, for FRR knows each VNI once: LANs have those of the lower half.
 */
const ACCESS_PORT = 14790;
const ACCESS_VNIS = 2 ** 23;
/** Least MTU with which the kernel speaks IPv6 (RFC 8200). */
const IPV6_MTU = 1280;

/** Whether an interface has one of hinge's names. */
export const isOfLan = (name: string): boolean => /^l2(-|[bvtm][1-9])/.test(name);

/**
 * What a router has for its LANs: of each a bridge, the tunnels to other edges, and for each host a tunnel and what of it is in the bridge. VyOS makes
 * bridge and tunnels itself, under names of its own (render/vyos/interface-items.ts).
 */
export function routerDevices(
  bridges: readonly DesiredBridge[],
  platform: Platform,
): readonly WantedDevice[] {
  const makesOwn = platform === 'vyos';
  return bridges.flatMap(({ vni, vtep, mtu, ports }) => {
    const id = vni.toString();
    const master = makesOwn ? bridgeName({ vni }) : `l2b${id}`;
    const tunnels = { id: vni, local: vtep, remote: undefined, port: TUNNEL_PORT };
    const between: readonly WantedDevice[] = [
      { name: master, kind: 'bridge', mtu },
      { name: `l2v${id}`, kind: 'vxlan', vxlan: tunnels, master, mtu },
    ];
    return [
      ...(makesOwn ? [] : between),
      ...ports.flatMap(({ number, local, remote }): WantedDevice[] => {
        const name = `${id}-${number.toString()}`;
        const vxlan = { id: ACCESS_VNIS + vni, local, remote, port: ACCESS_PORT + number };
        // FRR takes a VXLAN interface in a bridge for one more LAN, and what comes from it for remote: hence the macvlan.
        return [
          { name: `l2t${name}`, kind: 'vxlan', vxlan, mtu },
          { name: `l2m${name}`, kind: 'macvlan', link: `l2t${name}`, master, mtu },
        ];
      }),
    ];
  });
}

export const hostDevices = (ports: readonly DesiredHostPort[]): readonly WantedDevice[] =>
  ports.map(({ device, vni, number, local, remote, mac, address, mtu }) => ({
    name: device,
    kind: 'vxlan',
    vxlan: { id: ACCESS_VNIS + vni, local, remote, port: ACCESS_PORT + number },
    mtu,
    end: { mac, address },
  }));

/** What makes the interfaces as they are wanted; nothing when they are. @param wanted each after those that it needs. */
export function diffDevices(wanted: readonly WantedDevice[], seen: readonly ObservedDevice[]): DeviceChange {
  const there = new Map(seen.map((device) => [device.name, device]));
  const names = new Set(wanted.map(({ name }) => name));
  const lines: string[] = [];
  const ipv6: string[] = [];
  const drop = (name: string): void => {
    lines.push(`link delete dev ${name}`);
    there.delete(name);
    // What is on an interface goes with it.
    for (const upper of [...there.values()]) if (upper.link === name) there.delete(upper.name);
  };
  for (const name of seen.map((device) => device.name)) if (!names.has(name) && there.has(name)) drop(name);
  const anew = new Set<string>();
  for (const device of wanted) {
    const { name, end } = device;
    const before = there.get(name);
    if (before !== undefined && !isSame(device, before)) drop(name);
    const known = there.get(name);
    if (known === undefined) {
      lines.push(...making(device));
      anew.add(name);
    }
    lines.push(...settling(device, known, anew));
    if (end === undefined || device.mtu < IPV6_MTU) continue;
    if (known?.addresses.some((address) => address.includes(':')) !== true) ipv6.push(name);
  }
  return { lines, ipv6 };
}

export const leavesDevices = ({ lines, ipv6 }: DeviceChange): boolean => lines.length + ipv6.length === 0;

/** Whether an interface is made as it is wanted: what of it cannot be changed. */
function isSame({ kind, vxlan, link }: WantedDevice, seen: ObservedDevice): boolean {
  return kind === seen.kind && link === seen.link && textOf(vxlan) === textOf(seen.vxlan);
}

const textOf = (vxlan: Vxlan | undefined): string =>
  vxlan === undefined ? '' : [vxlan.id, vxlan.local, vxlan.remote ?? '', vxlan.port].join(' ');

function making({ name, kind, vxlan, link, end }: WantedDevice): string[] {
  // No port of a router speaks for itself: not even as a neighbour by IPv6.
  const silent = `link set dev ${name} addrgenmode none`;
  if (kind === 'bridge')
    // Of the frames that a bridge keeps to itself as a rule, LLDP's and others but its own and pause frames pass.
    return [`link add name ${name} type bridge stp_state 0 mcast_snooping 0 group_fwd_mask 65528`, silent];
  if (kind === 'macvlan')
    return [`link add link ${link ?? ''} name ${name} type macvlan mode passthru`, silent];
  const { id, local, remote, port } = vxlan ?? { id: 0, local: '', remote: undefined, port: 0 };
  const mac = end === undefined ? '' : `address ${end.mac} `;
  const other = remote === undefined ? '' : ` remote ${remote}`;
  const made = `link add name ${name} ${mac}type vxlan id ${id.toString()} local ${local}${other} dstport ${port.toString()} nolearning`;
  return end === undefined ? [made, silent] : [made];
}

/** What of an interface can be changed. @param seen undefined: it was just made. @param anew those that were. */
function settling(
  { name, vxlan, mtu, master, end }: WantedDevice,
  seen: ObservedDevice | undefined,
  anew: ReadonlySet<string>,
): string[] {
  const dev = `link set dev ${name}`;
  const enslaved = master !== undefined && (seen?.master !== master || anew.has(master));
  const others = (seen?.addresses ?? []).filter(
    (address) => end !== undefined && !address.includes(':') && address !== end.address,
  );
  return [
    ...(seen?.mtu === mtu ? [] : [`${dev} mtu ${mtu.toString()}`]),
    ...(end === undefined || seen === undefined || seen.mac === end.mac ? [] : [`${dev} address ${end.mac}`]),
    ...(enslaved ? [`${dev} master ${master}`] : []),
    // Where others are is BGP's to say.
    ...(enslaved && vxlan !== undefined ? [`${dev} type bridge_slave learning off`] : []),
    ...others.map((address) => `address delete ${address} dev ${name}`),
    ...(end === undefined || seen?.addresses.includes(end.address) === true
      ? []
      : [`address add ${end.address} dev ${name}`]),
    ...(seen?.up === true ? [] : [`${dev} up`]),
  ];
}
