import type { DesiredNetwork } from '../../core/plan/desired.ts';

/** Body of a network's creation. Networks are never changed afterwards: Docker has no call for that. */
export interface NetworkSpec {
  readonly Name: string;
  readonly Driver: 'overlay';
  /** No way out through the node. */
  readonly Internal: true;
  /** Lets running containers and the helper be plugged in. */
  readonly Attachable: true;
  /** Engines before 25 would otherwise take a second network of the same name when asked twice at once. */
  readonly CheckDuplicate: true;
  readonly IPAM: {
    readonly Driver: 'default';
    readonly Config: readonly {
      readonly Subnet: string;
      readonly IPRange: string;
      readonly Gateway: string;
    }[];
  };
  readonly Labels: Readonly<Record<string, string>>;
}

export function networkSpec(network: DesiredNetwork): NetworkSpec {
  const { subnet, ipRange, gateway } = network;
  return {
    Name: network.name,
    Driver: 'overlay',
    Internal: true,
    Attachable: true,
    CheckDuplicate: true,
    // Swarm takes the gateway, an address per node and its own endpoints from the range; static addresses are outside of it.
    IPAM: { Driver: 'default', Config: [{ Subnet: subnet, IPRange: ipRange, Gateway: gateway }] },
    Labels: network.labels,
  };
}
