import type { DesiredWorkload } from '../plan/desired.ts';
import type { DesiredPull } from '../plan/desired-pull.ts';
import type { Action, UnitDiff } from './action.ts';
import { USUAL_PULL } from './image-presence.ts';
import { replacedFields } from './rolling.ts';

/** An image that is to be there before a container is made of it. */
export interface PlacedImage {
  readonly image: string;
  readonly pull: DesiredPull;
  /** The only node that it is needed on; undefined: those that Swarm may choose. */
  readonly node?: string;
}

/** The image of a workload's service, as it is pulled. What an object says of pulling is about the router's image, not that of its sandbox. */
export const serviceImage = ({ service, container, pull = USUAL_PULL }: DesiredWorkload): PlacedImage => ({
  image: service.image,
  pull: container === undefined ? pull : USUAL_PULL,
});

/** The images of all containers that a diff makes or replaces. */
export function placedImages(workload: DesiredWorkload, diff: UnitDiff): readonly PlacedImage[] {
  const { pull = USUAL_PULL, container } = workload;
  const actions = diff.sequences.flat();
  const services = { sequences: [actions.filter(({ type }) => type === 'update-service')], waits: [] };
  const placesTask =
    replacedFields(services).length > 0 || actions.some(({ type }) => type === 'create-service');
  const own = actions.flatMap((action): PlacedImage[] =>
    action.type === 'create-router' ? [{ image: action.container.image, pull, node: action.node }] : [],
  );
  if (!placesTask) return own;
  const later = container === undefined ? [] : [{ image: container.image, pull }];
  return [serviceImage(workload), ...(own.length === 0 ? later : own)];
}

/** What of a diff can be done without any image: what is in nobody's sandbox any more has to go, whatever is waited for. */
export const withoutImages = ({ sequences }: UnitDiff): UnitDiff['sequences'] =>
  sequences.map((actions) => actions.filter(isRemovalOfStray)).filter((actions) => actions.length > 0);

const isRemovalOfStray = (action: Action): boolean =>
  action.type === 'remove-router' && action.fields.length === 0;
