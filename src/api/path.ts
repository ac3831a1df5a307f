import { z } from 'zod';
import { LinkBgp } from './bgp.ts';
import { API_VERSION, Metadata, Name } from './meta.ts';
import { Duration, Ipv4Prefix, Percentage, Rate, wholeNumber } from './quantity.ts';

/** What happens to the packets of one direction. */
const impairment = {
  rate: Rate.exactOptional().describe('Bit rate limit, 1kbit to 100gbit.'),
  delay: Duration.exactOptional().describe('One-way delay, up to 4m.'),
  jitter: Duration.exactOptional().describe('Variation of the delay; needs one.'),
  loss: Percentage.exactOptional().describe('Share of packets lost.'),
  duplicate: Percentage.exactOptional().describe('Share of packets that arrive twice.'),
  reorder: Percentage.exactOptional().describe('Share of packets that skip the delay; needs one.'),
  corrupt: Percentage.exactOptional().describe('Share of packets with a bit flipped.'),
};

const linkProperties = {
  mtu: wholeNumber(576, 65535).exactOptional().describe('MTU of the interfaces, in bytes; at most 1450.'),
  ...impairment,
  control: z
    .enum(['exempt', 'shaped'])
    .exactOptional()
    .describe(
      'Whether BGP and BFD are spared (exempt, the default) or delayed like the rest, with timers to match.',
    ),
};

export const Impairment = z.strictObject(impairment);
export type Impairment = z.infer<typeof Impairment>;

export const LinkProperties = z.strictObject(linkProperties);
export type LinkProperties = z.infer<typeof LinkProperties>;

export const Hop = z.strictObject({
  between: z.tuple([Name, Name]).describe('The two neighbours on the Path that this entry is about.'),
  subnet: Ipv4Prefix.exactOptional().describe('Subnet of the link, /16 to /28. Default: allocated.'),
  ...linkProperties,
  bgp: LinkBgp.exactOptional(),
  reverse: Impairment.exactOptional().describe(
    'What differs for packets from the second of the two to the first.',
  ),
});
export type Hop = z.infer<typeof Hop>;

export const PathSpec = z
  .strictObject({
    via: z.array(Name).min(2).describe('Names of the Routers, in order; two or more.'),
    engineering: z.enum(['bgp', 'srv6']).default('bgp').describe('How traffic is steered along the Path.'),
    links: LinkProperties.exactOptional().describe(
      'Properties of every link of the Path, in both directions.',
    ),
    bgp: LinkBgp.exactOptional(),
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
