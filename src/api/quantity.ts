import { z } from 'zod';

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `${OCTET}(\\.${OCTET}){3}`;

/** The same rule as a refinement, in CEL, for the CRD: a JSON Schema cannot say it. */
export const celRule = (rule: string, message: string): Readonly<Record<string, unknown>> => ({
  'x-kubernetes-validations': [{ rule, message }],
});

/**
 * Text of a known form. `expected` is the phrase that follows "expected " in messages, whatever is wrong with a value.
 * Patterns keep to RE2's syntax (no look-around), so that they work in a CRD too.
 */
export const text = (pattern: RegExp, expected: string): z.ZodString =>
  z.string({ error: expected }).regex(pattern, { error: expected, abort: true });

/** A whole number in a range, both ends included. */
export const wholeNumber = (min: number, max: number, what = 'a whole number'): z.ZodInt => {
  const error = `${what} from ${String(min)} to ${String(max)}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

/** IPv4 address in dotted-quad form. */
export const Ipv4 = text(new RegExp(`^${IPV4}$`), 'an IPv4 address such as 10.199.34.3');

/** IPv4 prefix in CIDR form; host bits are checked by the plan, which can say what the network address would be. */
export const Ipv4Prefix = text(
  new RegExp(`^${IPV4}/(3[0-2]|[12]?[0-9])$`),
  'an IPv4 prefix such as 10.199.34.0/24',
);

/** Address of a loopback interface, or none. */
export const Loopback = text(
  new RegExp(`^(${IPV4}/32|none)$`),
  'an IPv4 address with /32 such as 10.255.0.57/32, or none',
);

/** What the SIDs of a router begin with (RFC 8986). */
export const Locator = text(
  /^[1-9a-f][0-9a-f]{0,3}(:(0|[1-9a-f][0-9a-f]{0,3})){0,2}::\/48$/,
  'an IPv6 prefix of /48 such as 5f00:0:7::/48',
);

/** BGP identifier (RFC 6286): any four octets but 0.0.0.0. */
export const RouterId = text(new RegExp(`^${IPV4}$`), 'a router ID such as 0.0.0.57')
  .refine((id) => id !== '0.0.0.0', 'a router ID other than 0.0.0.0 (RFC 6286)')
  .meta(celRule("self != '0.0.0.0'", 'a router ID other than 0.0.0.0 (RFC 6286)'));

/** Four-octet autonomous system number (RFC 6793) without the reserved 0, 23456 (RFC 6793), 65535 and 4294967295 (RFC 7300). */
export const Asn = wholeNumber(1, 4294967294, 'an AS number')
  .refine((asn) => asn !== 23456 && asn !== 65535, 'an AS number that is not reserved (23456, 65535)')
  .meta(celRule('self != 23456 && self != 65535', 'an AS number that is not reserved (23456, 65535)'));

/** Time span: a number with us, ms, s, m or h. */
export const Duration = text(/^[0-9]+(\.[0-9]+)?(us|ms|s|m|h)$/, 'a duration such as 20ms or 3m');

/** Bit rate in tc(8)'s units. */
export const Rate = text(/^[0-9]+(\.[0-9]+)?(bit|kbit|mbit|gbit)$/, 'a rate such as 100mbit');

/** Share of packets. */
export const Percentage = text(/^(100|[0-9]{1,2}(\.[0-9]+)?)%$/, 'a percentage such as 0.1%');

/** Memory size in Kubernetes' binary or decimal units. */
export const Memory = text(/^[0-9]+(Ki|Mi|Gi|k|M|G)?$/, 'a memory size such as 128Mi');

/** Name of a container image, as docker pull takes it; the engine checks the rest. */
export const Image = text(/^[^\s]+$/, 'an image such as hinge/router-frr:1');

/** When hinge asks an image's registry for it; Kubernetes' words. */
export const ImagePullPolicy = z.enum(['IfNotPresent', 'Always', 'Never']);
export type ImagePullPolicy = z.infer<typeof ImagePullPolicy>;

/** Swarm's own grammar, with the keys that its scheduler knows: it takes others, and then never places anything. */
export const Constraint = text(
  /^\s*(node\.(id|hostname|ip|role|platform\.os|platform\.arch)|(node|engine)\.labels\.[a-zA-Z0-9._-]+)\s*(==|!=)\s*[^\s]+\s*$/,
  'a Swarm constraint such as node.labels.site==yokosuka',
);
