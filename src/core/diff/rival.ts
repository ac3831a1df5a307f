import type { DesiredNetwork } from '../plan/desired.ts';
import type { ObservedIndex } from './observed-index.ts';

/**
 * Who else has an address on a network, in words: a container that is not the testbed's. Undefined: nobody. An engine refuses an address that a
 * container of its own node has; across nodes Swarm lets both have it, and packets go to either.
 */
export function rivalOf(network: DesiredNetwork, address: string, index: ObservedIndex): string | undefined {
  const observed = index.networks.get(network.key)?.find(({ name }) => name === network.name);
  if (observed === undefined) return undefined;
  const [rival] = index.strangers(observed.id).filter(({ endpoint }) => endpoint.address === address);
  if (rival === undefined) return undefined;
  const whose = `container ${rival.container.name} on ${rival.node}`;
  return `${whose}, which is not of this testbed, has ${address} on ${network.name}: give it another address or remove it`;
}
