import type {
  ObservedContainer,
  ObservedEndpoint,
  ObservedNetwork,
  ObservedService,
} from '../../core/diff/observed.ts';
import type { ContainerReply, NetworkReply, SwarmNodeReply } from './replies.ts';
import { observeSpec, type ServiceReply } from './service-spec.ts';

/** The engine's answers under hinge's names. */

export const observeNetwork = (network: NetworkReply): ObservedNetwork => ({
  id: network.Id,
  name: network.Name,
  labels: network.Labels,
  subnet: network.IPAM.Config[0]?.Subnet,
});

/** States of an update in which Swarm replaces tasks; without any it has not begun, or there was none. */
const AT_WORK: ReadonlySet<string> = new Set(['updating', 'rollback_started']);

export const observeService = (service: ServiceReply): ObservedService => ({
  id: service.ID,
  name: service.Spec.Name,
  version: service.Version.Index,
  labels: service.Spec.Labels ?? {},
  updating: AT_WORK.has(service.UpdateStatus?.State ?? ''),
  spec: observeSpec(service.Spec),
});

/** What placement constraints ask for, but for addresses and architectures: Swarm compares those in ways of its own. */
export function observeFacts({ ID, Spec, Description }: SwarmNodeReply): Readonly<Record<string, string>> {
  const labels = (kind: string, all: Readonly<Record<string, string>> = {}): [string, string][] =>
    Object.entries(all).map(([label, value]) => [`${kind}.labels.${label}`, value]);
  const { Hostname, Platform, Engine } = Description;
  return {
    'node.id': ID,
    ...(Hostname !== undefined && { 'node.hostname': Hostname }),
    ...(Spec.Role !== undefined && { 'node.role': Spec.Role }),
    ...(Platform?.OS !== undefined && { 'node.platform.os': Platform.OS }),
    ...Object.fromEntries([...labels('node', Spec.Labels), ...labels('engine', Engine?.Labels)]),
  };
}

export function observeContainer(container: ContainerReply): ObservedContainer {
  // Paused processes keep their namespaces and addresses.
  const running = container.State === 'running' || container.State === 'paused';
  return {
    id: container.Id,
    name: container.Names[0]?.replace(/^\//, '') ?? '',
    running,
    created: container.Created,
    labels: container.Labels,
    image: container.Image,
    endpoints: running ? endpointsOf(container) : [],
  };
}

/**
 * Only for containers that run: after a crash of its engine, the record of one that died in it still has endpoints, which are not there
 * and which nothing can unplug.
 */
const endpointsOf = (container: ContainerReply): readonly ObservedEndpoint[] =>
  Object.entries(container.NetworkSettings.Networks).map(([networkName, endpoint]) => ({
    networkId: endpoint.NetworkID,
    networkName,
    address: endpoint.IPAddress,
    mac: endpoint.MacAddress,
    endpointId: endpoint.EndpointID,
  }));
