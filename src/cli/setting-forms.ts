import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Ipv4Prefix } from '../api/quantity.ts';
import { isPrefix } from '../core/plan/ipv4.ts';
import { isLocatorRange } from '../core/plan/locator.ts';
import { type ListenAddress, parseListenAddress } from '../server/listen-address.ts';

/** What is read and what was expected, as zod's custom issue. */
const refuse = (context: z.RefinementCtx, expected: string): never => {
  context.addIssue({ code: 'custom', message: expected });
  return z.NEVER;
};

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `10s`, `1.5m`, `1h`; undefined for anything else. */
export function milliseconds(text: string): number | undefined {
  const [, amount, unit] = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$/.exec(text) ?? [];
  return unit === undefined ? undefined : Math.round(Number(amount) * (UNITS[unit] ?? 1));
}

/** A time span within bounds, both in milliseconds, as milliseconds. */
export const durationForm = (min: number, max: number, example: string) =>
  z.string().transform((text, context) => {
    const value = milliseconds(text);
    if (value !== undefined && value >= min && value <= max) return value;
    const range = `${String(min / 1000)}s to ${String(max / 1000)}s`;
    return refuse(context, `a duration of ${range} such as ${example}`);
  });

export const countForm = (min: number, max: number) =>
  z.string().transform((text, context) => {
    const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return refuse(context, `a whole number from ${String(min)} to ${String(max)}`);
  });

/** `20%` as 0.2; `off` as none. */
export const shareForm = z.string().transform((text, context) => {
  if (text === 'off') return { share: undefined };
  const percent = Number(/^([0-9]{1,3}(?:\.[0-9]+)?)%$/.exec(text)?.[1]);
  if (percent >= 0 && percent <= 100) return { share: percent / 100 };
  return refuse(context, 'a share of 0% to 100% such as 20%, or off');
});

/** The contents of a file. */
export const fileForm = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse(context, `a file that can be read (${code ?? 'unreadable'})`);
  }
});

export const prefixForm = z
  .string()
  .regex(/^(\/[A-Za-z0-9._-]+)+\/?$/, 'a path such as /hinge or /lab/two')
  .transform((text) => text.replace(/\/+$/, ''));

export const endpointsForm = z.string().transform((text, context) => {
  const endpoints = text.split(',').map((entry) => entry.trim());
  const form = /^(https?:\/\/)?(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+)(:[0-9]{1,5})?\/?$/;
  const bad = endpoints.find((endpoint) => !form.test(endpoint));
  if (bad === undefined) return endpoints;
  return refuse(context, `host:port or https://host:port, comma-separated ("${bad}" is neither)`);
});

export const listenForm = z.string().transform((text, context): ListenAddress => {
  try {
    return parseListenAddress(text);
  } catch {
    return refuse(context, 'host:port such as 127.0.0.1:9464, or a socket such as unix:///run/hinge.sock');
  }
});

/** CIDR whose host bits are zero. */
const isRange = (text: string): boolean => Ipv4Prefix.safeParse(text).success && isPrefix(text);

export const rangeForm = z.string().refine(isRange, 'a range such as 10.255.0.0/16, with no host bits set');

export const locatorsForm = z
  .string()
  .refine(isLocatorRange, 'an IPv6 range of /16 to /47 such as 5f00::/32, with no host bits set');

/** A network's subnet: Docker takes longer and shorter ones, too, but no testbed fits in or needs them. */
export const subnetForm = z.string().refine((text) => {
  const length = Number(text.split('/')[1]);
  return isRange(text) && length >= 16 && length <= 28;
}, 'a subnet of /16 to /28 such as 10.254.0.0/16, with no host bits set');

/** `RANGE:LENGTH`. */
export const poolForm = z.string().transform((text, context) => {
  const [range = '', length = '', ...rest] = text.split(':');
  const bits = /^[0-9]{1,2}$/.test(length) ? Number(length) : 0;
  const fits = bits >= 16 && bits <= 28 && bits >= Number(range.split('/')[1]);
  if (rest.length === 0 && isRange(range) && fits) return { range, length: bits };
  return refuse(context, 'a range and a prefix length of 16 to 28 within it, such as 10.200.0.0/14:27');
});

/** `FIRST-LAST`, from 1 on. */
const numbersForm = (most: number, example: string) =>
  z.string().transform((text, context) => {
    const [, low, high] = /^([0-9]{1,10})-([0-9]{1,10})$/.exec(text) ?? [];
    const [first, last] = [Number(low), Number(high)];
    if (first >= 1 && first <= last && last <= most) return { first, last };
    return refuse(context, `FIRST-LAST such as ${example}`);
  });

export const asnsForm = numbersForm(4294967294, '4200000000-4294967294');

/** The lower half of 24 bits: the other half is for what joins hosts to their routers. */
export const vnisForm = numbersForm(8388607, '1000000-1999999');
