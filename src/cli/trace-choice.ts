import { nearest } from '../api/fields.ts';
import type { DesiredIndex } from '../core/diff/desired-index.ts';
import { type Probe, probeOfConnection, probeOfPath } from '../core/prove/probe.ts';
import { CliError } from './exit.ts';
import { hint, nameOf } from './testbed.ts';

/** What is to be sent, and on whose behalf. */
export interface ChosenProbe {
  readonly path: string;
  /** `fig3/ab`; undefined: no connection uses the Path, so its outer routers send. */
  readonly connection: string | undefined;
  readonly probe: Probe;
}

/**
 * The probes that a user means: all of a Path (`long-way`, `path/long-way`), or the one of a connection (`fig3/ab`). They are the operator's own.
 * @throws CliError that names what is nearest, or says why nothing can be sent
 */
export function chosenProbes(desired: DesiredIndex, what: string): readonly ChosenProbe[] {
  const [first = '', second] = what.split('/', 2);
  const experiment = second === undefined ? undefined : desired.experiments.get(first);
  if (experiment !== undefined) {
    if (experiment.suspended)
      throw new CliError(`Experiment "${first}" is suspended: its hosts do not run, and nobody can send`);
    const connection = experiment.connections.find(({ name }) => name === second);
    if (connection === undefined) {
      const names = experiment.connections.map(({ name }) => name);
      throw new CliError(
        `Experiment "${first}" has no complete connection "${second ?? ''}"; it has: ${names.join(', ') || 'none'}`,
      );
    }
    return [{ path: connection.path, connection: what, probe: probeOfConnection(connection) }];
  }
  const name = nameOf('Path', what);
  const path = desired.paths.get(name);
  if (path === undefined) throw unknown(desired, name);
  const over = desired.connectionsOver(name).map(({ experiment: owner, connection }): ChosenProbe => ({
    path: name,
    connection: `${owner}/${connection.name}`,
    probe: probeOfConnection(connection),
  }));
  if (over.length > 0) return over;
  const probe = probeOfPath(path, desired.workloads);
  if (probe !== undefined) return [{ path: name, connection: undefined, probe }];
  throw new CliError(`Path "${name}" has no complete link yet; hinge describe path/${name} says why`);
}

function unknown(desired: DesiredIndex, name: string): CliError {
  const connections = [...desired.experiments.values()].flatMap((experiment) =>
    experiment.connections.map((connection) => `${experiment.name}/${connection.name}`),
  );
  const near = nearest(name, [...desired.paths.keys(), ...connections]);
  return new CliError(
    `there is no Path or EXPERIMENT/CONNECTION "${name}" that the operator has accepted${hint(near)}; hinge get paths shows all`,
  );
}
