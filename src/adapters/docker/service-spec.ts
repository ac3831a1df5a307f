import { z } from 'zod';
import type { ObservedServiceSpec } from '../../core/diff/observed.ts';
import type { DesiredWorkload } from '../../core/plan/desired.ts';
import { isOwnLabel } from '../../core/plan/labels.ts';

/**
 * The one place where hinge's fields and Docker's service spec meet, in both directions: what `serviceSpec` writes, `observeSpec`
 * reads back as the same values.
 *
 * A spec keeps every field that hinge does not own, whoever set it.
 */

const labels = z.record(z.string(), z.string()).nullish();
const strings = z.array(z.string()).nullish();

const rawSpec = z.looseObject({
  Name: z.string(),
  Labels: labels,
  Mode: z
    .looseObject({ Replicated: z.looseObject({ Replicas: z.number().optional() }).optional() })
    .optional(),
  TaskTemplate: z.looseObject({
    ContainerSpec: z.looseObject({
      Image: z.string(),
      Labels: labels,
      Hostname: z.string().optional(),
      Args: strings,
      Env: strings,
      CapabilityAdd: strings,
      Sysctls: labels,
    }),
    Resources: z
      .looseObject({
        Limits: z
          .looseObject({ NanoCPUs: z.number().optional(), MemoryBytes: z.number().optional() })
          .optional(),
      })
      .optional(),
    Placement: z.looseObject({ Constraints: strings }).optional(),
    Networks: z.array(z.looseObject({ Target: z.string() })).nullish(),
  }),
});
export type ServiceSpec = z.infer<typeof rawSpec>;

export const serviceReply = z.object({
  ID: z.string(),
  Version: z.object({ Index: z.number() }),
  Spec: rawSpec,
  UpdateStatus: z.object({ State: z.string().optional() }).nullish(),
});
export type ServiceReply = z.infer<typeof serviceReply>;
export const servicesReply = z.array(serviceReply);

/** Nanoseconds, Docker's unit of time in specs. */
const seconds = (value: number): number => value * 1e9;

/**
 * How hinge creates services, besides what it owns. Set once and kept as it is afterwards, so an operator of the Swarm may change
 * it by hand, and a later hinge with other defaults replaces no task.
 */
const AT_CREATION = {
  TaskTemplate: {
    ContainerSpec: {
      // The image's process need not know how to be process 1: zombies are reaped, SIGTERM arrives.
      Init: true,
      // Routers close their sessions on SIGTERM well within this; a host that ignores it delays nobody.
      StopGracePeriod: seconds(2),
    },
    // A crash is repaired at once, yet an image that cannot start does not keep the node busy.
    RestartPolicy: { Condition: 'any', Delay: seconds(0.5), MaxAttempts: 0 },
    // Months of logs must not fill the disk.
    LogDriver: { Name: 'json-file', Options: { 'max-size': '10m', 'max-file': '2' } },
  },
  // One owner per address: the old task is gone before the new one is there.
  UpdateConfig: { Parallelism: 1, Order: 'stop-first', FailureAction: 'continue' },
  // No virtual IP: it needs IPVS, which not every kernel has, and means nothing with one replica.
  EndpointSpec: { Mode: 'dnsrr' },
} as const;

/** The spec of a new service. */
export function newServiceSpec(workload: DesiredWorkload, managementNetworkId: string): ServiceSpec {
  const { TaskTemplate, ...rest } = AT_CREATION;
  const blank = {
    ...rest,
    Name: workload.service.name,
    TaskTemplate: { ...TaskTemplate, ContainerSpec: { ...TaskTemplate.ContainerSpec, Image: '' } },
  };
  return overlaySpec(blank, workload, managementNetworkId);
}

/** `spec` with hinge's fields as the plan has them, and all others as they are. */
export function overlaySpec(
  spec: ServiceSpec,
  workload: DesiredWorkload,
  managementNetworkId: string,
): ServiceSpec {
  const { service } = workload;
  const task = spec.TaskTemplate;
  return {
    ...spec,
    Name: service.name,
    Labels: { ...foreign(spec.Labels), ...service.labels },
    Mode: { Replicated: { ...spec.Mode?.Replicated, Replicas: 1 } },
    TaskTemplate: {
      ...task,
      ContainerSpec: {
        ...task.ContainerSpec,
        Image: service.image,
        Labels: { ...foreign(task.ContainerSpec.Labels), ...service.labels },
        Hostname: service.hostname,
        // As in `docker run IMAGE COMMAND`: replaces the image's CMD and leaves its ENTRYPOINT.
        Args: [...service.command],
        Env: [...service.env],
        CapabilityAdd: [...service.capabilities],
        Sysctls: { ...service.sysctls },
      },
      Resources: {
        ...task.Resources,
        Limits: { ...task.Resources?.Limits, NanoCPUs: service.nanoCpus, MemoryBytes: service.memoryBytes },
      },
      Placement: { ...task.Placement, Constraints: [...service.constraints] },
      Networks: [
        task.Networks?.find((network) => network.Target === managementNetworkId) ?? {
          Target: managementNetworkId,
        },
      ],
    },
  };
}

/** hinge's fields of a spec that an engine has. */
export function observeSpec(spec: ServiceSpec): ObservedServiceSpec {
  const { ContainerSpec: container, Resources, Placement, Networks } = spec.TaskTemplate;
  return {
    image: container.Image,
    hostname: container.Hostname ?? '',
    command: container.Args ?? [],
    env: container.Env ?? [],
    capabilities: container.CapabilityAdd ?? [],
    sysctls: container.Sysctls ?? {},
    constraints: Placement?.Constraints ?? [],
    nanoCpus: Resources?.Limits?.NanoCPUs ?? 0,
    memoryBytes: Resources?.Limits?.MemoryBytes ?? 0,
    replicas: spec.Mode?.Replicated?.Replicas ?? 0,
    networks: (Networks ?? []).map((network) => network.Target),
    containerLabels: container.Labels ?? {},
  };
}

/** Labels that others have added stay. */
const foreign = (found: z.infer<typeof labels>): Record<string, string> =>
  Object.fromEntries(Object.entries(found ?? {}).filter(([key]) => !isOwnLabel(key)));
