import type { DesiredNetwork } from '../plan/desired.ts';
import type { ObservedIndex, PlacedEndpoint } from './observed-index.ts';

/** The endpoint that a workload's running container has on a network, if it is there with the address it should have. */
export function attachmentOf(
  network: DesiredNetwork,
  workload: string,
  index: ObservedIndex,
): PlacedEndpoint | undefined {
  const address = network.endpoints.find((endpoint) => endpoint.workload === workload)?.address;
  const current = index.current(workload);
  const observed = index.networks.get(network.key)?.find((candidate) => candidate.name === network.name);
  if (address === undefined || current === undefined || observed === undefined) return undefined;
  return index
    .endpoints(observed.id)
    .find((placed) => placed.container.id === current.container.id && placed.endpoint.address === address);
}
