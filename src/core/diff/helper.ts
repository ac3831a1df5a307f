import { type UnitDiff, NOTHING, waiting } from './action.ts';
import type { ObservedIndex } from './observed-index.ts';

/**
 * What the helper of one node needs: there while the testbed has workloads, gone (with the last network) when it has none.
 */
export function diffHelper(node: string, needed: boolean, index: ObservedIndex): UnitDiff {
  const reading = index.nodes.get(node);
  if (reading === undefined) return NOTHING;
  if (!reading.ok) return waiting('NodeUnreachable', reading.error);
  const helper = index.helpers.get(node);
  if (needed) {
    return helper?.running === true ? NOTHING : { sequences: [[{ type: 'ensure-helper', node }]], waits: [] };
  }
  if (helper === undefined) return NOTHING;
  if (!index.swarm.ok) return waiting('SwarmUnreachable', index.swarm.error);
  const networks = new Set(index.swarm.value.networks.map((network) => network.id));
  if (helper.endpoints.some((endpoint) => networks.has(endpoint.networkId))) {
    return waiting('HelperInUse', `the helper on ${node} leaves after the last network`);
  }
  return { sequences: [[{ type: 'remove-helper', node }]], waits: [] };
}
