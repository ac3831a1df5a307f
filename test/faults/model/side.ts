import { HELPER_LABEL } from '../../../src/core/plan/labels.ts';
import type { ObservedContainer, ObservedEndpoint } from '../../../src/core/diff/observed.ts';
import type { Fleet, NodeEngine } from '../../../src/ports/node-engine.ts';
import type { Swarm } from '../../../src/ports/swarm.ts';
import { MANAGEMENT } from '../../support/scene.ts';
import type { Testbed } from '../../support/workload.ts';

/** The model or the lab, behind the same ports. */
export interface Side {
  readonly swarm: Swarm;
  readonly fleet: Fleet;
  /** As `docker kill`. */
  kill(node: string, containerId: string): Promise<void>;
}

export function engineOf({ fleet }: Side, node: string): NodeEngine {
  const engine = fleet.engines.get(node);
  if (engine === undefined) throw new Error(`no ${node}`);
  return engine;
}

const DEAD = 'is dead';

/** What one side looks like, under names that both sides share. */
export async function lookOf(side: Side, testbed: Testbed): Promise<readonly string[]> {
  const { services, networks } = await side.swarm.list();
  const listed = await Promise.all(
    [...side.fleet.engines].map(async ([node, engine]) => {
      const there = await engine.list();
      const containers = there.containers.map(
        (container) => `${node}: ${container.name.replace(/\.1\..*/, '')} ${stateOf(container)}`,
      );
      return [
        // How many dead ones it keeps is Swarm's own business: after an update and a kill it is one less.
        ...containers.filter((line, at) => !line.endsWith(DEAD) || containers.indexOf(line) === at),
        ...there.networks.map((network) => `${node}: lists ${network.name} ${ordered(network.labels)}`),
      ];
    }),
  );
  return [
    ...services.map(
      ({ name, labels, spec }) =>
        `service ${name} ${ordered(labels)} ${spec.image} on ${spec.constraints.join(', ')}`,
    ),
    ...networks.map(({ name, subnet, labels }) => `network ${name} ${subnet ?? ''} ${ordered(labels)}`),
    ...listed.flat(),
  ].sort();

  function stateOf({ running, labels, endpoints }: ObservedContainer): string {
    if (!running) return DEAD;
    const helper = labels[HELPER_LABEL] !== undefined;
    return `runs in ${endpoints
      .map((endpoint) => attachment(endpoint, helper))
      .sort()
      .join(', ')}`;
  }

  /** Addresses that Swarm chose are its own business. */
  function attachment({ networkName, address }: ObservedEndpoint, helper: boolean): string {
    return helper || networkName === testbed.network(MANAGEMENT).name
      ? networkName
      : `${networkName} as ${address}`;
  }
}

/** Engines list labels in any order. */
const ordered = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(' ');
