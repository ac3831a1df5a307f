import type { DesiredEndpoint, DesiredNetwork } from '../plan/desired.ts';
import { WORKLOAD_LABEL } from '../plan/labels.ts';
import { attachmentOf } from './attachment.ts';
import { type Action, type ContainerRef, NOTHING, type UnitDiff, type Wait, waiting } from './action.ts';
import type { ObservedNetwork } from './observed.ts';
import type { ObservedIndex, PlacedContainer, PlacedEndpoint } from './observed-index.ts';
import { rivalOf } from './rival.ts';

/** Keys of the workloads that should be there: what is attached besides them is on its way out by itself. */
export type WantedWorkloads = ReadonlySet<string>;

/**
 * What one network needs: itself, its endpoints, and the helpers that bring it onto their nodes. `desired` undefined: it must go, in the
 * order workloads, helpers, network; the other way round an engine keeps a leftover (docs/concepts.md, "Removal").
 */
export function diffNetwork(
  key: string,
  desired: DesiredNetwork | undefined,
  index: ObservedIndex,
  wanted: WantedWorkloads,
): UnitDiff {
  if (!index.swarm.ok) return waiting('SwarmUnreachable', index.swarm.error);
  const there = index.networks.get(key) ?? [];
  const match = there.find((network) => network.name === desired?.name) ?? asBefore(desired, there);
  const outdated = there.filter((network) => network !== match);
  const removal = outdated.length > 0 ? merge(outdated.map((n) => remove(n, index, wanted))) : NOTHING;
  if (desired === undefined) return outdated.length > 0 ? removal : localCopiesGone(key, index);
  if (match === undefined) {
    // A network of the same key and another name may hold the same subnet: it goes first.
    if (outdated.length > 0) return removal;
    return { sequences: [[{ type: 'create-network', network: desired }]], waits: [] };
  }
  const plugs = endpoints(desired, match, index);
  const strays = strayWorkloads(desired, match, index, wanted, plugs);
  return merge([removal, plugs, strays, strayHelpers(desired, match, index)]);
}

/**
 * The management network that a store made which was wiped since: every service names it, and could only be given another one beside it, for which there
 * is no subnet. It carries nothing of a testbed, and no address of it was claimed.
 */
const asBefore = (
  desired: DesiredNetwork | undefined,
  there: readonly ObservedNetwork[],
): ObservedNetwork | undefined =>
  desired?.purpose === 'management' ? there.find(({ subnet }) => subnet === desired.subnet) : undefined;

function endpoints(desired: DesiredNetwork, network: ObservedNetwork, index: ObservedIndex): UnitDiff {
  const onNode = new Map<string, Action[]>();
  const waits: Wait[] = [];
  for (const endpoint of desired.endpoints) {
    const placed = index.current(endpoint.workload);
    if (placed === undefined) {
      waits.push(notRunning(endpoint.workload, index));
      // Where it ran it will mostly run again: the network is there by then.
      const last = index.containers(endpoint.workload)[0]?.node;
      if (last === undefined || index.isLost(last)) continue;
      const actions = helperPlugs(network, last, index);
      if (actions.length > 0) onNode.set(last, mergePlugs(actions, onNode.get(last) ?? []));
      continue;
    }
    const rival = rivalOf(desired, endpoint.address, index);
    if (rival !== undefined) {
      waits.push({ reason: 'AddressTaken', message: rival });
      if (attachmentOf(desired, endpoint.workload, index) === undefined) continue;
    }
    const actions = plugActions(desired, endpoint, network, placed, index);
    if (actions === undefined) {
      waits.push({ reason: 'HelperMissing', message: `the helper on ${placed.node} is being started` });
    } else if (actions.length > 0) {
      onNode.set(placed.node, mergePlugs(onNode.get(placed.node) ?? [], actions));
    }
  }
  return { sequences: [...onNode.values()], waits };
}

/** Undefined while the node has no running helper. */
function plugActions(
  desired: DesiredNetwork,
  endpoint: DesiredEndpoint,
  network: ObservedNetwork,
  placed: PlacedContainer,
  index: ObservedIndex,
): Action[] | undefined {
  const there = index.endpoints(network.id);
  const own = there.find((other) => other.container.id === placed.container.id);
  const plugged = own?.endpoint.address === endpoint.address;
  if (index.helpers.get(placed.node)?.running !== true) return plugged ? [] : undefined;
  // A network without the helper works for whoever is in it, but when they leave, the engine keeps a copy of it that nothing can remove.
  const helperFirst = helperPlugs(network, placed.node, index);
  if (plugged) return helperFirst;
  const actions: Action[] = [];
  if (own !== undefined) actions.push(unplug(own, network));
  for (const other of there) {
    const holdsAddress = other !== own && other.endpoint.address === endpoint.address;
    if (holdsAddress && other.container.running) actions.push(unplug(other, network));
  }
  actions.push(...helperFirst);
  const target = { node: placed.node, containerId: placed.container.id, workload: endpoint.workload };
  actions.push({
    type: 'plug',
    target,
    networkId: network.id,
    network: desired.name,
    address: endpoint.address,
  });
  return actions;
}

/** Empty when the node's helper is in the network, or does not run. */
function helperPlugs(network: ObservedNetwork, node: string, index: ObservedIndex): Action[] {
  const helper = index.helpers.get(node);
  if (helper?.running !== true) return [];
  if (index.endpoints(network.id).some(({ container }) => container.id === helper.id)) return [];
  const target = { node, containerId: helper.id, workload: 'helper' };
  return [{ type: 'plug', target, networkId: network.id, network: network.name }];
}

/** Two endpoints on one node share one plug of the helper. */
function mergePlugs(first: readonly Action[], second: readonly Action[]): Action[] {
  const helperPlugged = first.some((action) => action.type === 'plug' && action.target.workload === 'helper');
  const rest = second.filter(
    (action) => !(helperPlugged && action.type === 'plug' && action.target.workload === 'helper'),
  );
  return [...first, ...rest];
}

function notRunning(workload: string, index: ObservedIndex): Wait {
  const unreadable = index.unreadable();
  const nodes = unreadable.map(({ node, error }) => `${node}: ${error}`).join('; ');
  return nodes === ''
    ? { reason: 'TaskNotRunning', message: `${workload} has no running container yet` }
    : {
        reason: 'NodeUnreachable',
        message: `no container of ${workload} is known; unreadable nodes: ${nodes}`,
      };
}

/**
 * Workloads that stay, but no longer in this network: a host has another edge router now. Its address goes to that one, which takes it away as it is
 * plugged in (`plugs`), unless nobody could read then who had it. The management network is Swarm's to give.
 */
function strayWorkloads(
  desired: DesiredNetwork,
  network: ObservedNetwork,
  index: ObservedIndex,
  wanted: WantedWorkloads,
  plugs: UnitDiff,
): UnitDiff {
  if (desired.purpose === 'management') return NOTHING;
  const actions = plugs.sequences.flat();
  const taken = new Set(
    actions.flatMap((action) => (action.type === 'unplug' ? action.target.containerId : [])),
  );
  const members = new Set(desired.endpoints.map(({ workload }) => workload));
  const strays = index.endpoints(network.id).filter((placed) => {
    const workload = workloadOf(placed);
    const { id, running } = placed.container;
    return running && wanted.has(workload) && !members.has(workload) && !taken.has(id);
  });
  return { sequences: strays.map((placed) => [unplug(placed, network)]), waits: [] };
}

/** Helpers keep a network on a node only as long as an endpoint of it is there. */
function strayHelpers(desired: DesiredNetwork, network: ObservedNetwork, index: ObservedIndex): UnitDiff {
  const homes = new Set(desired.endpoints.map((endpoint) => index.current(endpoint.workload)?.node));
  if (homes.has(undefined)) return NOTHING; // it may come back there
  const there = index.endpoints(network.id);
  const strays = there.filter(
    (placed) =>
      isHelper(placed, index) &&
      !homes.has(placed.node) &&
      // An engine without its Swarm takes a quarter of a minute for it, in which nothing else is unplugged there.
      !index.isLost(placed.node) &&
      !there.some((other) => other.node === placed.node && !isHelper(other, index)),
  );
  return { sequences: strays.map((placed) => [unplug(placed, network)]), waits: [] };
}

function remove(network: ObservedNetwork, index: ObservedIndex, wanted: WantedWorkloads): UnitDiff {
  const unreadable = index.unreadable();
  if (unreadable.length > 0) {
    const nodes = unreadable.map(({ node, error }) => `${node}: ${error}`).join('; ');
    return waiting(
      'NodeUnreachable',
      `${network.name} is removed when all nodes can be read again (${nodes})`,
    );
  }
  const there = index.endpoints(network.id);
  const workloads = there.filter((placed) => !isHelper(placed, index));
  const staying = workloads.filter((placed) => wanted.has(workloadOf(placed)));
  const leaving = workloads.filter((placed) => !wanted.has(workloadOf(placed)));
  if (workloads.length > 0) {
    const sequences = staying.map((placed) => [unplug(placed, network)]);
    const names = leaving.map((placed) => `${workloadOf(placed)} on ${placed.node}`).join(', ');
    const message = `${network.name} is removed when ${names} is gone`;
    return { sequences, waits: leaving.length > 0 ? [{ reason: 'ContainerLeaving', message }] : [] };
  }
  const helpers = there.filter((placed) => isHelper(placed, index));
  if (helpers.length > 0) return { sequences: helpers.map((placed) => [unplug(placed, network)]), waits: [] };
  return { sequences: [[{ type: 'remove-network', id: network.id, name: network.name }]], waits: [] };
}

/**
 * Takes a network out of all containers, and off their nodes, where its tunnels and tables of addresses are: the next diff brings it back as
 * new. In the order of removal.
 */
export function unplugAll(key: string, desired: DesiredNetwork, index: ObservedIndex): UnitDiff {
  const network = index.networks.get(key)?.find(({ name }) => name === desired.name);
  if (network === undefined) return NOTHING;
  const there = index.endpoints(network.id).filter(({ container }) => container.running);
  const helpersLast = [...there].sort(
    (one, other) => Number(isHelper(one, index)) - Number(isHelper(other, index)),
  );
  return { sequences: [helpersLast.map((placed) => unplug(placed, network))], waits: [] };
}

function localCopiesGone(key: string, index: ObservedIndex): UnitDiff {
  const copies = index.localCopies(key).map(({ node, network }) => `${network.name} on ${node}`);
  return copies.length === 0 ? NOTHING : waiting('LocalCopy', `still listed: ${copies.join(', ')}`);
}

function unplug(placed: PlacedEndpoint, network: ObservedNetwork): Action {
  const target: ContainerRef = {
    node: placed.node,
    containerId: placed.container.id,
    workload: workloadOf(placed),
  };
  return { type: 'unplug', target, networkId: network.id, network: network.name };
}

const isHelper = (placed: PlacedContainer, index: ObservedIndex): boolean =>
  index.helpers.get(placed.node)?.id === placed.container.id;

const workloadOf = (placed: PlacedContainer): string => placed.container.labels[WORKLOAD_LABEL] ?? 'helper';

const merge = (diffs: readonly UnitDiff[]): UnitDiff => ({
  sequences: diffs.flatMap((diff) => diff.sequences),
  waits: diffs.flatMap((diff) => diff.waits),
});
