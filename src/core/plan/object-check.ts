import type { TestbedObject } from '../../api/object.ts';
import { accessNetworks, accessWants } from './access-network.ts';
import { addressWants } from './connection-check.ts';
import { checkExperiment } from './experiment-check.ts';
import type { Finding } from './finding.ts';
import { checkPath, pathWants } from './path-check.ts';
import { checkRouter, routerWants } from './router-check.ts';
import { lansOf, lanWants } from './lans.ts';
import type { Want } from './want.ts';
import type { World } from './world.ts';

/** Everything that is wrong with an object but for values that others hold. */
export function checkObject(object: TestbedObject, world: World): Finding[] {
  switch (object.kind) {
    case 'Router':
      return checkRouter(object);
    case 'Path':
      return checkPath(object, world);
    case 'Experiment':
      return checkExperiment(object, world);
  }
}

/** The values that an object needs to run. */
export function wantsOf(object: TestbedObject, world: Pick<World, 'accessClaims'>): Want[] {
  switch (object.kind) {
    case 'Router':
      return routerWants(object);
    case 'Path':
      return pathWants(object);
    case 'Experiment':
      return [
        ...accessWants(accessNetworks(object, world.accessClaims(object.metadata.name))),
        ...addressWants(object),
        ...lanWants(lansOf(object)),
      ];
  }
}

/** Names of the Routers that an object names. */
export function routersNamedBy(object: TestbedObject): readonly string[] {
  switch (object.kind) {
    case 'Router':
      return [];
    case 'Path':
      return object.spec.via;
    case 'Experiment':
      return object.spec.hosts.map((host) => host.router);
  }
}
