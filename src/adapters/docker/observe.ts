import type { ObservedContainer, ObservedNetwork, ObservedService } from '../../core/diff/observed.ts';
import type { ContainerReply, NetworkReply } from './replies.ts';
import { observeSpec, type ServiceReply } from './service-spec.ts';

/** The engine's answers under hinge's names. */

export const observeNetwork = (network: NetworkReply): ObservedNetwork => ({
  id: network.Id,
  name: network.Name,
  labels: network.Labels,
  subnet: network.IPAM.Config[0]?.Subnet,
});

export const observeService = (service: ServiceReply): ObservedService => ({
  id: service.ID,
  name: service.Spec.Name,
  version: service.Version.Index,
  labels: service.Spec.Labels ?? {},
  spec: observeSpec(service.Spec),
});

export const observeContainer = (container: ContainerReply): ObservedContainer => ({
  id: container.Id,
  name: container.Names[0]?.replace(/^\//, '') ?? '',
  // Paused processes keep their namespaces and addresses.
  running: container.State === 'running' || container.State === 'paused',
  created: container.Created,
  labels: container.Labels,
  image: container.Image,
  endpoints: Object.entries(container.NetworkSettings.Networks).map(([networkName, endpoint]) => ({
    networkId: endpoint.NetworkID,
    networkName,
    address: endpoint.IPAddress,
    mac: endpoint.MacAddress,
    endpointId: endpoint.EndpointID,
  })),
});
