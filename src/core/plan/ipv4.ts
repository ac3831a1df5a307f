import { Address4 } from 'ip-address';

/** An IPv4 prefix as numbers: what overlap and order are decided on. */
export interface Prefix {
  /** First address, as an unsigned 32-bit integer. */
  readonly base: number;
  /** Bits, 0 to 32. */
  readonly length: number;
}

/** Number of addresses in the prefix. */
export const sizeOf = (prefix: Prefix): number => 2 ** (32 - prefix.length);

/** @throws AddressError when `text` is no IPv4 address; everything from outside has been through the schema before. */
export const parseAddress = (text: string): number => Number(new Address4(text).bigInt());

export const formatAddress = (address: number): string => Address4.fromBigInt(BigInt(address)).address;

/** The prefix that a CIDR names; host bits are dropped. @throws AddressError when `text` is no CIDR. */
export function parsePrefix(text: string): Prefix {
  const parsed = new Address4(text);
  const address = Number(parsed.bigInt());
  return { base: address - (address % 2 ** (32 - parsed.subnetMask)), length: parsed.subnetMask };
}

export const formatPrefix = (prefix: Prefix): string =>
  `${formatAddress(prefix.base)}/${prefix.length.toString()}`;

export const isAddress = (text: string): boolean => !text.includes('/') && Address4.isValid(text);

/** Whether a text is a CIDR in the spelling that hinge uses. */
export const isPrefix = (text: string): boolean =>
  text.includes('/') && Address4.isValid(text) && canonicalPrefix(text) === text;

/** The same prefix always in one spelling. */
export const canonicalPrefix = (text: string): string => formatPrefix(parsePrefix(text));

/** The address without its mask. */
export const addressOf = (cidr: string): string => cidr.split('/', 1)[0] ?? cidr;

export const contains = (prefix: Prefix, address: number): boolean =>
  address >= prefix.base && address < prefix.base + sizeOf(prefix);

export const overlap = (one: Prefix, other: Prefix): boolean =>
  one.base < other.base + sizeOf(other) && other.base < one.base + sizeOf(one);

/** Order by address, then the wider one first: how FRR sorts prefixes too. */
export const comparePrefixes = (one: Prefix, other: Prefix): number =>
  one.base - other.base || one.length - other.length;
