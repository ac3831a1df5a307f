import { finding, type Finding } from './finding.ts';
import type { World } from './world.ts';

/** A Router that is named but cannot be used. Whoever names it waits: it is tried again when the Router changes. */
export function checkRouterReference(name: string, field: string, world: World): Finding[] {
  const blockers = [`Router/${name}`];
  switch (world.router(name)) {
    case 'accepted':
      return [];
    case 'kept': {
      const message = `Router/${name} is deleted and stays only as long as others still name it. Write it again to use it.`;
      return [finding('RouterNotFound', field, name, message, blockers)];
    }
    case 'rejected': {
      const message = `Router/${name} has no version that can run; its own status says why. This is tried again when it changes.`;
      return [finding('RouterNotFound', field, name, message, blockers)];
    }
    case 'absent':
      return [
        finding(
          'RouterNotFound',
          field,
          name,
          `There is no Router/${name}. This is tried again when there is.`,
          blockers,
        ),
      ];
  }
}
