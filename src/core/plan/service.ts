import type { ImagePullPolicy } from '../../api/quantity.ts';
import type { Placement, Resources } from '../../api/router.ts';
import type { ContainerForm } from './container-form.ts';
import type { DesiredContainer, DesiredService } from './desired.ts';
import type { DesiredPull } from './desired-pull.ts';
import { routerLabels, SANDBOX_LABELS, workloadLabels } from './labels.ts';
import { routerContainerName } from './names.ts';
import type { ContainerDefaults, Platform } from './platforms.ts';
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
  readonly platform?: Platform;
}

/** Of a router, which has a platform. */
export type RouterIdentity = Identity & { readonly platform: Platform };

/** The service of a workload: as written, and by default what `defaults` says. */
export function desiredService(
  { key, name, hostname, platform }: Identity,
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
    labels: workloadLabels(testbed, key, platform),
  };
}

/** What a router in a sandbox consists of: the service of what holds its namespaces, and where it runs, and its own container. */
export function sandboxedRouter(
  identity: RouterIdentity,
  written: WrittenContainer,
  { sandbox, router, form }: Sandboxing,
  testbed: Testbed,
): { readonly service: DesiredService; readonly container: DesiredContainer } {
  const { placement, resources, image } = written;
  const service = desiredService(identity, placement === undefined ? {} : { placement }, sandbox, testbed);
  return {
    service: { ...service, labels: { ...service.labels, ...SANDBOX_LABELS } },
    container: {
      ...form,
      name: routerContainerName(testbed, identity.hostname),
      image: image ?? router.image,
      capabilities: router.capabilities,
      nanoCpus: nanoCpus(resources),
      memoryBytes: memoryBytes(resources),
      labels: routerLabels(testbed, identity.key, identity.platform),
    },
  };
}

interface Sandboxing {
  readonly sandbox: ContainerDefaults;
  readonly router: ContainerDefaults;
  readonly form: ContainerForm;
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
