import type { ImagePullPolicy } from '../../api/quantity.ts';
import type { Placement, Resources } from '../../api/router.ts';
import type { DesiredPull, DesiredService } from './desired.ts';
import { workloadLabels } from './labels.ts';
import type { ContainerDefaults } from './platforms.ts';
import { memoryBytes, nanoCpus } from './resources.ts';
import type { Testbed } from './testbed.ts';

/** What Routers and experiment hosts say of their container. */
export interface WrittenContainer {
  readonly image?: string;
  readonly imagePullPolicy?: ImagePullPolicy;
  readonly imagePullSecret?: string;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly placement?: Placement;
  readonly resources?: Resources;
}

interface Identity {
  /** Key of the workload. */
  readonly key: string;
  readonly name: string;
  readonly hostname: string;
}

/** The service of a workload: as written, and by default what `defaults` says. */
export function desiredService(
  { key, name, hostname }: Identity,
  written: WrittenContainer,
  defaults: ContainerDefaults,
  testbed: Testbed,
): DesiredService {
  return {
    name,
    hostname,
    image: written.image ?? defaults.image,
    command: written.command ?? [],
    env: Object.entries(written.env ?? {})
      .map(([variable, value]) => `${variable}=${value}`)
      .sort(),
    capabilities: defaults.capabilities,
    sysctls: defaults.sysctls,
    constraints: constraintsOf(written.placement),
    nanoCpus: nanoCpus(written.resources),
    memoryBytes: memoryBytes(written.resources),
    labels: workloadLabels(testbed, key),
  };
}

/** How its image is to come to its nodes, as far as something is written. */
export const pullOf = ({
  imagePullPolicy: policy,
  imagePullSecret: secret,
}: WrittenContainer): { readonly pull?: DesiredPull } =>
  policy === undefined && secret === undefined
    ? {}
    : { pull: { policy: policy ?? 'IfNotPresent', ...(secret !== undefined && { secret }) } };

/** Swarm's placement constraints, sorted, each once. */
function constraintsOf(placement: Placement | undefined): readonly string[] {
  const node = placement?.node === undefined ? [] : [`node.hostname==${placement.node}`];
  return [...new Set([...node, ...(placement?.constraints ?? [])])].sort();
}
