import { nearest } from '../api/fields.ts';
import { KINDS, type Kind } from '../api/object.ts';
import { routerTarget } from '../controllers/router-target.ts';
import type { DesiredIndex } from '../core/diff/desired-index.ts';
import type { ObservedIndex } from '../core/diff/observed-index.ts';
import type { DesiredWorkload } from '../core/plan/desired.ts';
import type { HostConsole } from '../ports/host-console.ts';
import type { SegmentConsole } from '../ports/segment-console.ts';
import type { HopTracer } from '../ports/hop-tracer.ts';
import type { LiveCommands } from '../ports/live-commands.ts';
import type { NodeEngine } from '../ports/node-engine.ts';
import type { PacketCapture } from '../ports/packet-capture.ts';
import type { RouterConsole, RouterTarget } from '../ports/router-console.ts';
import { CliError } from './exit.ts';
import type { OpenStore } from './wire-store.ts';

/** What the commands work with that look into the network: what is planned, where it runs, and ways to look. */
export interface OpenTestbed extends OpenStore {
  /** From what the operator has accepted and allocated. */
  readonly desired: DesiredIndex;
  /** Containers only; the Swarm was not asked. */
  readonly observed: ObservedIndex;
  readonly engines: ReadonlyMap<string, NodeEngine>;
  readonly live: LiveCommands;
  readonly routers: RouterConsole;
  readonly tracer: HopTracer;
  readonly hosts: HostConsole;
  readonly segments: SegmentConsole;
  readonly capture: PacketCapture;
}

/** `vyos-35`, of `vyos-35`, `router/vyos-35` or `rt/vyos-35`. */
export function nameOf(kind: Kind, word: string): string {
  const [first = '', rest] = word.split('/', 2);
  const { plural, short } = KINDS[kind];
  return rest !== undefined && [kind.toLowerCase(), plural, short].includes(first.toLowerCase())
    ? rest
    : word;
}

/** A Router that the operator has accepted. @throws CliError that names what is nearest */
export function routerOf({ desired }: OpenTestbed, word: string): DesiredWorkload {
  const name = nameOf('Router', word);
  const workload = desired.workloads.get(`router/${name}`);
  if (workload !== undefined) return workload;
  const names = [...desired.workloads.keys()]
    .filter((key) => key.startsWith('router/'))
    .map((key) => key.slice('router/'.length));
  throw new CliError(
    `there is no Router "${name}" that the operator has accepted${hint(nearest(name, names))}; hinge get routers shows all`,
  );
}

export const hint = (near: string | undefined): string =>
  near === undefined ? '' : `; did you mean ${near}?`;

/** Where a workload runs. @throws CliError when it does not, or when that cannot be told */
export function placeOf({ observed }: OpenTestbed, workload: string): RouterTarget {
  const placed = observed.inside(workload);
  if (placed !== undefined) return routerTarget(placed);
  const unreadable = observed.unreadable();
  if (unreadable.length > 0) {
    const errors = unreadable.map(({ node, error }) => `${node} cannot be read: ${error}`);
    throw new CliError(`no running container of ${workload} was found, but ${errors.join('; ')}`);
  }
  const describe = workload.startsWith('host/') ? `experiment/${workload.split('/')[1] ?? ''}` : workload;
  throw new CliError(
    `${workload} has no running container on the nodes of HINGE_NODES; hinge describe ${describe} says why`,
  );
}
