import { MANAGEMENT, type DesiredWorkload } from '../plan/desired.ts';
import { type Action, NOTHING, type UnitDiff, waiting } from './action.ts';
import { replacedFields } from './rolling.ts';
import { diffRouterContainer } from './router-container.ts';
import { differingFields } from './conforms.ts';
import type { ObservedIndex } from './observed-index.ts';

/** What the containers of one workload need; `desired` undefined: they must go. */
export function diffWorkload(
  key: string,
  desired: DesiredWorkload | undefined,
  index: ObservedIndex,
): UnitDiff {
  const service = diffService(key, desired, index);
  if (desired?.container === undefined && index.routers(key).length === 0) return service;
  const updating = (index.services.get(key) ?? []).some((one) => one.updating);
  const leaving = updating || replacedFields(service).length > 0;
  const router = diffRouterContainer(key, desired?.container, { leaving, updating }, index);
  // Without the Swarm nobody knows what of a sandbox is still to come: what died is started, nothing is taken away.
  const possible = index.swarm.ok ? router.sequences : router.sequences.filter(takesNothingAway);
  return {
    sequences: [...possible, ...service.sequences],
    waits: [...service.waits, ...router.waits],
  };
}

function diffService(key: string, desired: DesiredWorkload | undefined, index: ObservedIndex): UnitDiff {
  if (!index.swarm.ok) return waiting('SwarmUnreachable', index.swarm.error);
  const services = index.services.get(key) ?? [];
  if (desired === undefined) return removal(key, index);

  const management = index.networks.get(MANAGEMENT)?.[0];
  if (management === undefined)
    return waiting('ManagementMissing', 'the management network is being created');
  const [service, ...others] = [...services].sort(
    (a, b) => Number(b.name === desired.service.name) - Number(a.name === desired.service.name),
  );
  const surplus: Action[] = others.map(({ id, name }) => ({ type: 'remove-service', id, name }));
  if (service?.name !== desired.service.name) {
    if (service !== undefined) surplus.push({ type: 'remove-service', id: service.id, name: service.name });
    return sequence([...surplus, { type: 'create-service', workload: desired, managementId: management.id }]);
  }
  const fields = differingFields(desired.service, service.spec, service.labels, management.id);
  if (fields.length > 0) {
    const { id, version } = service;
    surplus.push({
      type: 'update-service',
      id,
      version,
      workload: desired,
      managementId: management.id,
      fields,
    });
  }
  return sequence(surplus);
}

function removal(key: string, index: ObservedIndex): UnitDiff {
  const services = index.services.get(key) ?? [];
  if (services.length > 0) {
    return sequence(services.map(({ id, name }) => ({ type: 'remove-service', id, name })));
  }
  const left = index.containers(key).map(({ node, container }) => `${container.name} on ${node}`);
  return left.length === 0 ? NOTHING : waiting('ContainerLeaving', `Swarm is removing ${left.join(', ')}`);
}

const takesNothingAway = (actions: readonly Action[]): boolean =>
  !actions.some(({ type }) => type === 'remove-router');

const sequence = (actions: readonly Action[]): UnitDiff =>
  actions.length === 0 ? NOTHING : { sequences: [actions], waits: [] };
