import { z } from 'zod';
import type { Kind } from './object.ts';
import type { StatusByKind } from './status.ts';

/*
 * The operator writes statuses and nobody else does, so that the types are in status.ts, without zod. These schemas are
 * for those who read them back (commands, which may be older than the operator: further fields are let through) and for
 * the CRDs.
 */

const Condition = z.looseObject({
  type: z.string().describe('Such as Valid or Ready.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  reason: z.string().describe('CamelCase, for programs.'),
  message: z.string().describe('For people: what, where, what was expected, what happens next.'),
  observedGeneration: z.int().min(0).describe('Generation of the spec that this is about.'),
  lastTransitionTime: z
    .string()
    .meta({ format: 'date-time' })
    .describe('When the status changed last (RFC 3339).'),
});

const Hops = z.looseObject({
  hops: z
    .array(z.looseObject({ router: z.string(), address: z.string() }))
    .describe('Routers that packets passed, in order.'),
});

const Proof = z.looseObject({
  checkedAt: z.string().meta({ format: 'date-time' }).describe('When the packets were sent (RFC 3339).'),
  forward: Hops.describe('Hops of the way there.'),
  reverse: Hops.describe('Hops of the way back.'),
  asPath: z.array(z.int()).describe('AS path that the edge router has for the far end.'),
});

const common = {
  observedGeneration: z.int().min(0).describe('Counter of spec changes that this status is about.'),
  conditions: z.array(Condition).describe('What holds of the object. Ready sums the others up.'),
};

const RouterStatus = z.looseObject({
  ...common,
  node: z.string().exactOptional().describe('Swarm node that the router runs on.'),
  task: z.string().exactOptional().describe('Id of its Swarm task.'),
  container: z.string().exactOptional().describe('Id of its container.'),
  asn: z.int().exactOptional().describe('AS number in effect.'),
  routerId: z.string().exactOptional().describe('BGP identifier in effect.'),
  loopback: z.string().exactOptional().describe('Loopback address in effect.'),
  locator: z.string().exactOptional().describe('SRv6 locator in effect.'),
  interfaces: z
    .array(z.looseObject({ link: z.string(), name: z.string(), address: z.string(), mac: z.string() }))
    .exactOptional()
    .describe('Interfaces on links and access networks.'),
  sessions: z
    .array(
      z.looseObject({
        peer: z.string(),
        asn: z.int(),
        address: z.string(),
        state: z.string(),
        establishedAt: z.string().meta({ format: 'date-time' }).exactOptional(),
        uptime: z.number().exactOptional(),
        prefixesReceived: z.int(),
      }),
    )
    .exactOptional()
    .describe('BGP sessions.'),
  configHash: z.string().exactOptional().describe('Digest of the configuration that the router has.'),
  replacement: z
    .looseObject({
      since: z.string().meta({ format: 'date-time' }).describe('When it began (RFC 3339).'),
      container: z.string().describe('Id of the container that leaves.'),
      fields: z.array(z.string()).describe('What is different about the new one.'),
      sessions: z.array(z.string()).describe('Peers with which sessions were established.'),
    })
    .exactOptional()
    .describe('The replacement of its container, until it is back; other routers wait for that.'),
}) satisfies z.ZodType<StatusByKind['Router']>;

const PathStatus = z.looseObject({
  ...common,
  links: z
    .array(
      z.looseObject({
        between: z.tuple([z.string(), z.string()]),
        network: z.string(),
        subnet: z.string(),
        addresses: z.tuple([z.string(), z.string()]),
      }),
    )
    .exactOptional()
    .describe('Links in the order of the Path.'),
  proof: Proof.exactOptional().describe('What packets did when they were last sent along the Path.'),
}) satisfies z.ZodType<StatusByKind['Path']>;

const ExperimentStatus = z.looseObject({
  ...common,
  hosts: z
    .array(z.looseObject({ name: z.string(), node: z.string().exactOptional(), address: z.string() }))
    .exactOptional()
    .describe('Experiment hosts.'),
  connections: z
    .array(
      z.looseObject({
        name: z.string(),
        layer: z.literal([2, 3]),
        path: z.string(),
        addresses: z.looseObject({ from: z.string(), to: z.string() }).exactOptional(),
        rttMs: z.number().exactOptional(),
        lossPercent: z.number().exactOptional(),
        proof: Proof.exactOptional(),
      }),
    )
    .exactOptional()
    .describe('Connections between hosts.'),
}) satisfies z.ZodType<StatusByKind['Experiment']>;

export const STATUS_SCHEMAS = {
  Router: RouterStatus,
  Path: PathStatus,
  Experiment: ExperimentStatus,
} as const satisfies Record<Kind, z.ZodType>;
