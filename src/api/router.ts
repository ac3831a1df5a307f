import { z } from 'zod';
import { RouterBgp } from './bgp.ts';
import { API_VERSION, Metadata, Name } from './meta.ts';
import {
  Asn,
  celRule,
  Constraint,
  Image,
  ImagePullPolicy,
  Ipv4Prefix,
  Locator,
  Loopback,
  Memory,
  RouterId,
} from './quantity.ts';

export const Placement = z.strictObject({
  node: z.string().min(1).exactOptional().describe('Host name of the Swarm node to run on.'),
  constraints: z
    .array(Constraint)
    .exactOptional()
    .describe('Swarm placement constraints, such as node.labels.site==yokosuka.'),
});
export type Placement = z.infer<typeof Placement>;

export const Resources = z.strictObject({
  cpus: z.number().positive().exactOptional().describe('CPU limit in cores.'),
  memory: Memory.exactOptional().describe('Memory limit, such as 128Mi.'),
});
export type Resources = z.infer<typeof Resources>;

/** Releases of VyOS whose configuration hinge writes: equuleus, sagitta and circinus. */
export const VyosRelease = z.enum(['1.3', '1.4', '1.5']);
export type VyosRelease = z.infer<typeof VyosRelease>;

export const RouterSpec = z
  .strictObject({
    platform: z.enum(['frr', 'vyos', 'bird']).default('frr').describe('How the container is configured.'),
    release: VyosRelease.exactOptional().describe(
      "Release of VyOS whose syntax the configuration has. Default: found in the image's tag or name, or else 1.4.",
    ),
    runtime: z
      .enum(['task', 'sandbox'])
      .exactOptional()
      .describe("task: the service's own container; sandbox: beside a pause task. Default by platform."),
    image: Image.exactOptional().describe('Container image. Default by platform.'),
    imagePullPolicy: ImagePullPolicy.exactOptional().describe(
      'When hinge pulls the image: onto nodes that lack it, before every new container, or never. Default: IfNotPresent.',
    ),
    imagePullSecret: Name.exactOptional().describe(
      "Name of the secret with the registry's user and password. Default: pulled without.",
    ),
    asn: Asn.exactOptional().describe(
      'AS number; Routers that write the same, and that a Path joins, are of one AS. Default: allocated, to this one alone.',
    ),
    routerId: RouterId.exactOptional().describe('BGP identifier. Default: the loopback address.'),
    loopback: Loopback.exactOptional().describe(
      'Loopback address as /32, or none (routerId must then be given). Default: allocated.',
    ),
    locator: Locator.exactOptional().describe('SRv6 locator, a /48. Default: allocated.'),
    advertise: z.array(Ipv4Prefix).exactOptional().describe('Further prefixes that the router originates.'),
    bgp: RouterBgp.exactOptional(),
    placement: Placement.exactOptional().describe('Where the router may run.'),
    resources: Resources.exactOptional().describe('Limits of the container.'),
    extraConfig: z.string().exactOptional().describe("Lines in the platform's own syntax, kept as written."),
  })
  .refine((spec) => spec.loopback !== 'none' || spec.routerId !== undefined, {
    path: ['routerId'],
    error: 'a router ID such as 0.0.0.57, since spec.loopback is none',
  })
  .meta(
    celRule(
      "!has(self.loopback) || self.loopback != 'none' || has(self.routerId)",
      'routerId must be given when loopback is none',
    ),
  )
  .describe('A hinge: a router container where traffic turns.');
export type RouterSpec = z.infer<typeof RouterSpec>;

export const Router = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Router'),
  metadata: Metadata,
  spec: RouterSpec.prefault({}),
});
export type Router = z.infer<typeof Router>;
