import type { Placement, Resources } from '../../api/router.ts';
import type { DesiredService } from './desired.ts';
import { platformLabels, workloadLabels } from './labels.ts';
import type { ContainerDefaults, Platform } from './platforms.ts';
import { memoryBytes, nanoCpus } from './resources.ts';
import type { Testbed } from './testbed.ts';

/** What Routers and experiment hosts say of their container. */
export interface WrittenContainer {
  readonly image?: string;
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
  /** Of a router. */
  readonly platform?: Platform;
}

/** The service of a workload: as written, and by default what `defaults` says. */
export function desiredService(
  { key, name, hostname, platform = 'frr' }: Identity,
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
    labels: { ...workloadLabels(testbed, key), ...platformLabels(platform) },
  };
}

/** Swarm's placement constraints, sorted, each once. */
function constraintsOf(placement: Placement | undefined): readonly string[] {
  const node = placement?.node === undefined ? [] : [`node.hostname==${placement.node}`];
  return [...new Set([...node, ...(placement?.constraints ?? [])])].sort();
}
