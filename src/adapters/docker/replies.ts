import { Duplex, Readable } from 'node:stream';
import { z } from 'zod';

/**
 * What hinge reads of the engine's answers, and nothing else: unknown fields are ignored, so that other versions of the
 * engine do as well. Docker writes null for an empty list or map.
 */

const strings = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);

export const infoReply = z.object({ Name: z.string() });

/** What is said besides "done" does not matter. */
export const anyReply = z.unknown();
/** dockerode's handle of what was created. */
export const createdReply = z.object({ id: z.string() });

export const execReply = z.object({ Running: z.boolean(), ExitCode: z.number().nullish() });

/** A connection that has become the process's standard input and output. */
export const streamReply = z.instanceof(Duplex);

export const networkReply = z.object({
  Id: z.string(),
  Name: z.string(),
  Labels: strings,
  /** Null for a network of the Swarm, a map (empty in lists) for this engine's own copy. Absent since Docker 29. */
  Containers: z.record(z.string(), z.unknown()).nullish(),
  IPAM: z
    .object({ Config: list(z.object({ Subnet: z.string().optional() })) })
    .nullish()
    .transform((value) => value ?? { Config: [] }),
});
export type NetworkReply = z.infer<typeof networkReply>;
export const networksReply = z.array(networkReply);

const swarmNode = z.object({
  ID: z.string(),
  Spec: z.object({ Availability: z.string(), Role: z.string().optional(), Labels: strings }),
  Description: z.object({
    Hostname: z.string().optional(),
    Platform: z.object({ OS: z.string().optional() }).nullish(),
    Engine: z.object({ Labels: strings }).nullish(),
  }),
  Status: z.object({ State: z.string() }),
  ManagerStatus: z.unknown().optional(),
});
export type SwarmNodeReply = z.infer<typeof swarmNode>;
export const swarmNodesReply = z.array(swarmNode);

const task = z.object({
  ID: z.string(),
  CreatedAt: z.string(),
  NodeID: z.string().optional(),
  DesiredState: z.string(),
  Status: z.object({ State: z.string(), Message: z.string().optional(), Err: z.string().optional() }),
});
export type TaskReply = z.infer<typeof task>;
export const tasksReply = z.array(task);

/** One network of a container. Empty, or of a former life, while the container does not run. */
const endpoint = z.object({
  NetworkID: z.string(),
  EndpointID: z.string(),
  IPAddress: z.string(),
  MacAddress: z.string(),
});
export type EndpointReply = z.infer<typeof endpoint>;
const networkSettings = z.object({
  Networks: z
    .record(z.string(), endpoint)
    .nullish()
    .transform((value) => value ?? {}),
});

const container = z.object({
  Id: z.string(),
  Names: list(z.string()),
  Image: z.string(),
  Created: z.number(),
  State: z.string(),
  Labels: strings,
  NetworkSettings: networkSettings,
});
export type ContainerReply = z.infer<typeof container>;
export const containersReply = z.array(container);

export const containerReply = z.object({
  Id: z.string(),
  Image: z.string(),
  Config: z.object({ Labels: strings }),
  State: z.object({ Status: z.string(), Running: z.boolean(), Pid: z.number() }),
  NetworkSettings: networkSettings,
});
export type ContainerDetails = z.infer<typeof containerReply>;

export const imageReply = z.object({ Id: z.string() });

/** One line of what an engine says while it pulls or loads an image. */
export const progressLine = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).nullish(),
  error: z.string().optional(),
});
export type ProgressLine = z.infer<typeof progressLine>;

export const readableReply = z.instanceof(Readable);

/** One line of the event stream. */
export const eventLine = z.object({
  Type: z.string(),
  Action: z.string(),
  scope: z.string().optional(),
  Actor: z.object({ ID: z.string(), Attributes: strings }),
});
export type EventLine = z.infer<typeof eventLine>;
