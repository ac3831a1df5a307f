import type { DesiredWorkload } from '../plan/desired.ts';
import type { DesiredPull } from '../plan/desired-pull.ts';
import type { Action, UnitDiff, Wait } from './action.ts';
import { USUAL_PULL } from './image-presence.ts';
import { replacedFields } from './rolling.ts';

/** An image that is to be there before a container is made of it. */
export interface PlacedImage {
  readonly image: string;
  readonly pull: DesiredPull;
  /** The only node that it is needed on; undefined: those that Swarm may choose. */
  readonly node?: string;
  /** Its container is made or replaced as the object says, so that `Always` asks the registry; otherwise it only comes back. */
  readonly fresh: boolean;
}

/** The image of a workload's service, as it is pulled. What an object says of pulling is about the router's image, not that of its sandbox. */
export const serviceImage = (
  { service, container, pull = USUAL_PULL }: DesiredWorkload,
  fresh: boolean,
): PlacedImage => ({
  image: service.image,
  pull: container === undefined ? pull : USUAL_PULL,
  fresh,
});

/** The images of all containers that a sequence of actions makes or replaces. */
export function placedImages(workload: DesiredWorkload, actions: readonly Action[]): readonly PlacedImage[] {
  const { pull = USUAL_PULL, container } = workload;
  const replaces = replacedFields({ sequences: [actions], waits: [] }).length > 0;
  const own = actions.flatMap((action): PlacedImage[] =>
    action.type === 'create-router'
      ? [{ image: action.container.image, pull, node: action.node, fresh: replaces }]
      : [],
  );
  const places = actions.some(
    ({ type }) => type === 'create-service' || (type === 'update-service' && replaces),
  );
  if (!places) return own;
  const later = container === undefined ? [] : [{ image: container.image, pull, fresh: true }];
  return [serviceImage(workload, true), ...later, ...own];
}

/** A sequence of a diff, and what its images have to be waited for. */
export interface JudgedSequence {
  readonly actions: readonly Action[];
  readonly wait: Wait | undefined;
}

/**
 * What can be done meanwhile: what waits for no image; and what is in nobody's sandbox any more has to go, whatever is waited for. A router that is to become
 * a task goes on in its sandbox until then.
 */
export function withoutImages(
  { container }: DesiredWorkload,
  sequences: readonly JudgedSequence[],
): UnitDiff['sequences'] {
  if (container === undefined && sequences.some(({ wait }) => wait !== undefined)) return [];
  return sequences
    .map(({ actions, wait }) => (wait === undefined ? actions : actions.filter(isRemovalOfStray)))
    .filter((actions) => actions.length > 0);
}

const isRemovalOfStray = (action: Action): boolean =>
  action.type === 'remove-router' && action.fields.length === 0;
