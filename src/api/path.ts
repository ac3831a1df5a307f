import { z } from 'zod';
import { API_VERSION, Metadata, Name } from './meta.ts';
import { Duration, Ipv4Prefix, Percentage, Rate, wholeNumber } from './quantity.ts';

const linkProperties = {
  mtu: wholeNumber(576, 65535).exactOptional().describe('MTU of the interfaces, in bytes.'),
  rate: Rate.exactOptional().describe('Bit rate limit per direction.'),
  delay: Duration.exactOptional().describe('One-way delay.'),
  jitter: Duration.exactOptional().describe('Variation of the delay.'),
  loss: Percentage.exactOptional().describe('Share of packets lost.'),
};

export const LinkProperties = z.strictObject(linkProperties);
export type LinkProperties = z.infer<typeof LinkProperties>;

export const Hop = z.strictObject({
  between: z.tuple([Name, Name]).describe('The two neighbours on the Path that this entry is about.'),
  subnet: Ipv4Prefix.exactOptional().describe('Subnet of the link, /16 to /28. Default: allocated.'),
  ...linkProperties,
});
export type Hop = z.infer<typeof Hop>;

export const PathSpec = z
  .strictObject({
    via: z.array(Name).min(2).describe('Names of the Routers, in order; two or more.'),
    engineering: z.enum(['bgp', 'srv6']).default('bgp').describe('How traffic is steered along the Path.'),
    links: LinkProperties.exactOptional().describe('Properties of every link of the Path.'),
    hops: z.array(Hop).exactOptional().describe('What differs, by hop.'),
  })
  .describe('A chain of Routers that traffic takes.');
export type PathSpec = z.infer<typeof PathSpec>;

export const Path = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Path'),
  metadata: Metadata,
  spec: PathSpec,
});
export type Path = z.infer<typeof Path>;
