import { parsePrefix } from './ipv4.ts';
import { OVERLAY_MTU } from './link-shape-check.ts';
import { byText, groupBy } from './sorting.ts';
import type { Topology } from './topology.ts';

/** An interface of a router on a link or an access network. Its name is the engine's to choose. */
export interface RouterInterface {
  /** Key of the network. */
  readonly network: string;
  /** Own address with mask, such as 10.200.0.2/27. */
  readonly address: string;
  /** What it leads to, such as `to osaka`. */
  readonly description: string;
  /** Bytes. */
  readonly mtu: number;
}

/** By router: links first, each group sorted by network; none for a router without any. */
export function interfacesByRouter({
  links,
  accesses,
}: Topology): ReadonlyMap<string, readonly RouterInterface[]> {
  const onLinks = [...links.values()].flatMap(({ key, first, second, addresses, claim, shape }) =>
    [[first, second] as const, [second, first] as const].map(([router, peer]) => ({
      router,
      network: key,
      address: withMask(addresses[router] ?? '', claim.value),
      description: `to ${peer}`,
      mtu: shape?.mtu ?? OVERLAY_MTU,
    })),
  );
  const onAccesses = [...accesses.values()].map(({ key, router, routerAddress, claim, experiment }) => ({
    router,
    network: key,
    address: withMask(routerAddress, claim.value),
    description: `hosts of ${experiment.metadata.name}`,
    mtu: OVERLAY_MTU,
  }));
  const sorted = [onLinks, onAccesses].flatMap((group) => group.sort(byText(({ network }) => network)));
  return new Map(
    [...groupBy(sorted, ({ router }) => router)].map(([router, own]) => [
      router,
      own.map(({ network, address, description, mtu }) => ({ network, address, description, mtu })),
    ]),
  );
}

const withMask = (address: string, subnet: string): string =>
  `${address}/${parsePrefix(subnet).length.toString()}`;
