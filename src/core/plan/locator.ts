import { Address6 } from 'ip-address';

/** SRv6 locators are IPv6 prefixes of /48; as a number: their 48 bits. */
const LENGTH = 48;

/** Whether a text is a locator in the spelling that hinge uses. */
export const isLocator = (text: string): boolean =>
  text.endsWith(`/${String(LENGTH)}`) && Address6.isValid(text) && formatLocator(parseLocator(text)) === text;

/** @throws AddressError when `text` is no IPv6 prefix. */
export const parseLocator = (text: string): number => Number(new Address6(text).bigInt() >> 80n);

export const formatLocator = (locator: number): string =>
  `${Address6.fromBigInt(BigInt(locator) << 80n).correctForm()}/${String(LENGTH)}`;

/** The same locator always in one spelling. */
export const canonicalLocator = (text: string): string => formatLocator(parseLocator(text));

/** The locators of a range but its first, which looks like the range's own. @param range IPv6 CIDR of /16 to /47. */
export function locatorsIn(range: string): { readonly first: number; readonly count: number } {
  const length = Number(range.split('/')[1]);
  return { first: parseLocator(range) + 1, count: 2 ** (LENGTH - length) - 1 };
}

/** Whether a text is an IPv6 prefix that locators can be taken from, without host bits. */
export function isLocatorRange(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  const length = Number(bits);
  if (!/^[0-9]{2}$/.test(bits) || length < 16 || length >= LENGTH || !Address6.isValid(address)) return false;
  const value = new Address6(address).bigInt();
  return value !== 0n && value % (1n << BigInt(128 - length)) === 0n;
}

/** Of one direction of a connection. */
export type Way = 'forward' | 'reverse';

/** A router's SID for one direction of a connection. @param flow the connection's number, 32 bits. */
export function sidOf(locator: string, flow: number, way: Way): string {
  const value =
    (BigInt(parseLocator(locator)) << 80n) + (BigInt(flow) << 48n) + (way === 'forward' ? 1n : 2n);
  return Address6.fromBigInt(value).correctForm();
}
