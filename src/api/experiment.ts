import { z } from 'zod';
import { API_VERSION, Metadata, Name } from './meta.ts';
import { celRule, Image, ImagePullPolicy, Ipv4, Ipv4Prefix, text, wholeNumber } from './quantity.ts';
import { Placement, Resources } from './router.ts';

export const Host = z.strictObject({
  name: Name.describe('Name of the host within the Experiment.'),
  router: Name.describe('The edge Router that the host is attached to.'),
  subnet: Ipv4Prefix.exactOptional().describe('Access subnet, /16 to /28. Default: allocated.'),
  address: Ipv4.exactOptional().describe("The host's address. Default: host 3 of the access subnet."),
  image: Image.exactOptional().describe("Container image; any. Default: hinge's host image."),
  imagePullPolicy: ImagePullPolicy.exactOptional().describe(
    'When hinge pulls the image: onto nodes that lack it, before every new container, or never. Default: IfNotPresent.',
  ),
  imagePullSecret: Name.exactOptional().describe(
    "Name of the secret with the registry's user and password. Default: pulled without.",
  ),
  command: z
    .array(z.string())
    .min(1)
    .exactOptional()
    .describe('Command and arguments. Default: of the image.'),
  env: z.record(z.string(), z.string()).exactOptional().describe('Environment variables.'),
  placement: Placement.exactOptional().describe('Where the host may run.'),
  resources: Resources.exactOptional().describe('Limits of the container.'),
});
export type Host = z.infer<typeof Host>;

const A_PORT = 'a port or range such as 5000-5010';

const Port = wholeNumber(1, 65535, 'a port');
const PortRange = text(/^[0-9]{1,5}(-[0-9]{1,5})?$/, A_PORT).refine((range) => {
  const [low = 0, high = low] = range.split('-').map(Number);
  return low >= 1 && low <= high && high <= 65535;
}, A_PORT);

export const Match = z
  .strictObject({
    dscp: wholeNumber(0, 63).exactOptional().describe('DSCP value.'),
    protocol: z.enum(['tcp', 'udp', 'icmp']).exactOptional().describe('IP protocol.'),
    ports: z
      .array(z.union([Port, PortRange], { error: A_PORT }))
      .min(1)
      .exactOptional()
      .describe('Ports and ranges of `to`: destination on the way there, source on the way back.'),
  })
  .refine(({ protocol, ports }) => protocol !== 'icmp' || ports === undefined, {
    path: ['ports'],
    error: 'no ports, since icmp has none',
  })
  .meta(celRule("!has(self.ports) || !has(self.protocol) || self.protocol != 'icmp'", 'icmp has no ports'));
export type Match = z.infer<typeof Match>;

export const OwnAddresses = z.strictObject({
  from: Ipv4.exactOptional().describe('A further address of `from`. Default: allocated.'),
  to: Ipv4.exactOptional().describe('A further address of `to`. Default: allocated.'),
});

export const Connection = z.strictObject({
  name: Name.describe('Name of the connection within the Experiment.'),
  from: Name.describe('Name of a host of this Experiment.'),
  to: Name.describe('Name of a host of this Experiment.'),
  path: Name.describe('The Path that joins the two hosts; used in both directions.'),
  layer: z.literal([2, 3]).default(3).describe('3: IP; 2: Ethernet, for any protocol.'),
  subnet: Ipv4Prefix.exactOptional().describe(
    'Subnet of a layer-2 connection, /8 to /30; those with the same one are one Ethernet. Default: allocated.',
  ),
  addresses: OwnAddresses.exactOptional().describe(
    'Addresses of its own at both ends: what goes between these takes the Path. Needs layer: 3 and engineering: srv6.',
  ),
  match: Match.exactOptional().describe(
    'Which traffic takes the Path. Default: all. Needs layer: 3 and engineering: srv6.',
  ),
});
export type Connection = z.infer<typeof Connection>;

export const ExperimentSpec = z
  .strictObject({
    suspend: z.boolean().default(false).describe('Stops and removes the hosts; keeps names and addresses.'),
    hosts: z.array(Host).min(1).describe('Experiment hosts.'),
    connections: z.array(Connection).default([]).describe('Which hosts are joined, and along which Path.'),
  })
  .describe('Hosts and the connections between them.');
export type ExperimentSpec = z.infer<typeof ExperimentSpec>;

export const Experiment = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Experiment'),
  metadata: Metadata,
  spec: ExperimentSpec,
});
export type Experiment = z.infer<typeof Experiment>;
