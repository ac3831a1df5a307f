import { shortDigest } from '../render/digest.ts';
import { seatAddress } from './access-network.ts';
import type { DesiredBridge, DesiredHostPort } from './desired.ts';
import { addressOf, parsePrefix } from './ipv4.ts';
import { type PlannedLan, portAddress } from './planned-lan.ts';
import type { PlannedAccess } from './topology.ts';

/** Longest name of an interface, in characters. */
const LONGEST_NAME = 15;
const DIGEST_LENGTH = 8;

/** Name of a host's interface on a LAN: after its own first connection there, `l2-ab`. */
function deviceOf({ connections }: PlannedLan, host: string): string {
  const { name = '' } = connections.find(({ from, to }) => from === host || to === host) ?? {};
  const plain = `l2-${name}`;
  return plain.length <= LONGEST_NAME ? plain : `l2-${shortDigest(name, DIGEST_LENGTH)}`;
}

/** Locally administered, the same for as long as the host is on the LAN: the VNI and its number. */
function macOf(vni: number, number: number): string {
  const digits = `02${vni.toString(16).padStart(6, '0')}${number.toString(16).padStart(4, '0')}`;
  return digits.match(/../g)?.join(':') ?? digits;
}

/** By host of an Experiment (its workload's access): its interfaces on LANs, sorted by VNI. */
export function hostPorts(
  lans: readonly PlannedLan[],
  { experiment, routerAddress, claim, seats }: PlannedAccess,
  host: string,
): readonly DesiredHostPort[] {
  const seat = seats.find((candidate) => candidate.host.name === host);
  if (seat === undefined) return [];
  return lans
    .filter((lan) => lan.experiment === experiment)
    .flatMap((lan): DesiredHostPort[] => {
      const { vni, subnet, mtu, numbers } = lan;
      const number = numbers.get(host);
      const address = portAddress(lan, host);
      if (number === undefined || address === undefined) return [];
      const { length } = parsePrefix(subnet);
      return [
        {
          device: deviceOf(lan, host),
          ...{ vni, number, mtu },
          local: seatAddress(seat, claim.value),
          remote: routerAddress,
          mac: macOf(vni, number),
          address: `${address}/${length.toString()}`,
        },
      ];
    })
    .sort((one, other) => one.vni - other.vni);
}

/** By edge router: its bridges, sorted by VNI. */
export function bridgesByRouter(
  lans: readonly PlannedLan[],
  accesses: Iterable<PlannedAccess>,
): ReadonlyMap<string, readonly DesiredBridge[]> {
  const all = [...accesses];
  const found = new Map<string, DesiredBridge[]>();
  for (const { experiment, vni, vteps, numbers, mtu } of lans) {
    for (const [router, vtep] of vteps) {
      const ports = all
        .filter((access) => access.experiment === experiment && access.router === router)
        .flatMap(({ seats, claim, routerAddress }) =>
          seats.flatMap((seat) => {
            const number = numbers.get(seat.host.name);
            if (number === undefined) return [];
            return [{ number, local: routerAddress, remote: seatAddress(seat, claim.value) }];
          }),
        )
        .sort((one, other) => one.number - other.number);
      const own = found.get(router) ?? [];
      found.set(router, [...own, { vni, vtep: addressOf(vtep), mtu, ports }]);
    }
  }
  for (const own of found.values()) own.sort((one, other) => one.vni - other.vni);
  return found;
}
