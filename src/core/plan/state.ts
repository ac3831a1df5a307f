import type { Path } from '../../api/path.ts';
import { desiredExperiment } from './connections.ts';
import type { DesiredPath, DesiredState } from './desired.ts';
import { flowNumbers } from './flow-numbers.ts';
import { networksOf } from './networks.ts';
import { pairsOf } from './pairs.ts';
import type { PlanSettings } from './settings.ts';
import { groupBy } from './sorting.ts';
import type { Secrets } from './session-terms.ts';
import type { Testbed } from './testbed.ts';
import type { Topology } from './topology.ts';
import { workloadsOf } from './workloads.ts';

/** All that should be. */
export function desiredStateOf(
  topology: Topology,
  settings: PlanSettings,
  testbed: Testbed,
  secrets: Secrets,
): DesiredState {
  const accesses = groupBy(topology.accesses.values(), ({ experiment }) => experiment.metadata.name);
  const numbers = flowNumbers(topology.experiments);
  const experiments = topology.experiments.map((experiment) =>
    desiredExperiment(experiment, topology, accesses.get(experiment.metadata.name) ?? [], numbers),
  );
  return {
    networks: networksOf(topology, settings, testbed),
    workloads: workloadsOf(topology, settings, testbed, { secrets, experiments }),
    paths: [...topology.paths.values()].map((path) => desiredPath(path, topology)),
    experiments,
  };
}

/** A Path with those of its links that are planned, in its order. */
function desiredPath(path: Path, { links }: Topology): DesiredPath {
  return {
    name: path.metadata.name,
    engineering: path.spec.engineering,
    via: path.spec.via,
    links: pairsOf(path).flatMap(({ key, first, second }) => {
      const link = links.get(key);
      const one = link?.addresses[first];
      const other = link?.addresses[second];
      if (link === undefined || one === undefined || other === undefined) return [];
      return [
        {
          between: [first, second] as const,
          network: key,
          subnet: link.claim.value,
          addresses: [one, other] as const,
          ...(link.shape !== undefined && { shape: link.shape }),
        },
      ];
    }),
  };
}
