import type { DesiredConnection, DesiredExperiment } from './desired.ts';

/** Connections that run and carry packets between addresses that routers know: those of layer 3. */
export const routedIn = (experiments: readonly DesiredExperiment[]): readonly DesiredConnection[] =>
  experiments
    .filter(({ suspended }) => !suspended)
    .flatMap(({ connections }) => connections.filter(({ layer }) => layer === 3));
