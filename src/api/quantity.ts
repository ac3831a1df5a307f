import { z } from 'zod';

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `${OCTET}(\\.${OCTET}){3}`;

/** IPv4 address in dotted-quad form. */
export const Ipv4 = z.string().regex(new RegExp(`^${IPV4}$`), 'an IPv4 address such as 10.199.34.3');

/** IPv4 prefix in CIDR form; host bits are checked by the plan, which can say what the network address would be. */
export const Ipv4Prefix = z
  .string()
  .regex(new RegExp(`^${IPV4}/(3[0-2]|[12]?[0-9])$`), 'an IPv4 prefix such as 10.199.34.0/24');

/** Four-octet autonomous system number (RFC 6793) without the reserved 0, 23456 (RFC 6793), 65535 and 4294967295 (RFC 7300). */
export const Asn = z
  .int()
  .min(1)
  .max(4294967294)
  .refine((asn) => asn !== 23456 && asn !== 65535, 'an AS number that is not reserved (23456, 65535)');

/** Time span: a number with us, ms, s, m or h. */
export const Duration = z.string().regex(/^\d+(\.\d+)?(us|ms|s|m|h)$/, 'a duration such as 20ms or 3m');

/** Bit rate in tc(8)'s units. */
export const Rate = z.string().regex(/^\d+(\.\d+)?(bit|kbit|mbit|gbit)$/, 'a rate such as 100mbit');

/** Share of packets. */
export const Percentage = z.string().regex(/^(100|\d{1,2}(\.\d+)?)%$/, 'a percentage such as 0.1%');

/** Memory size in Kubernetes' binary or decimal units. */
export const Memory = z.string().regex(/^\d+(Ki|Mi|Gi|k|M|G)?$/, 'a memory size such as 128Mi');
