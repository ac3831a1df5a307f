import { shortDigest } from '../render/digest.ts';
import type { Testbed } from './testbed.ts';

/** Longest DNS label (RFC 1035). */
const LONGEST = 63;
const TOKEN_LENGTH = 16;
const DIGEST_LENGTH = 8;

/**
 * Start of all names of a testbed: the prefix itself if that is one plain word, else letters of its end and a digest.
 * Never contains a dash, so that `a` with `b-c` and `a-b` with `c` have different names.
 */
export function testbedToken(prefix: string): string {
  const segments = prefix.split('/').filter((segment) => segment !== '');
  const [first = ''] = segments;
  if (segments.length === 1 && first.length < TOKEN_LENGTH && /^[a-z][a-z0-9]*$/.test(first)) return first;
  const last = segments.at(-1) ?? '';
  const word = last
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, DIGEST_LENGTH);
  return word + shortDigest(prefix, TOKEN_LENGTH - word.length);
}

/** Name of a router's service: `hinge-vyos-35`. */
export const routerServiceName = (testbed: Testbed, router: string): string =>
  joined(testbedToken(testbed.prefix), [router]);

/** Name of a router's own container, in a sandbox: `vyos-35`. Docker takes no name of one character. */
export const routerContainerName = (testbed: Testbed, router: string): string =>
  router.length > 1 ? router : routerServiceName(testbed, router);

/** Name of an experiment host's service: `hinge-fig3--a`. */
export const hostServiceName = (testbed: Testbed, experiment: string, host: string): string =>
  joined(testbedToken(testbed.prefix), [experiment, host]);

/**
 * Parts joined by `--`; where a part has that itself, or the whole is too long, a digest after `---` tells it from
 * others. So two lists of parts never have one name.
 */
function joined(token: string, parts: readonly string[]): string {
  const plain = `${token}-${parts.join('--')}`;
  if (plain.length <= LONGEST && !parts.some((part) => part.includes('--'))) return plain;
  return cut(`${token}-${parts.join('-')}`, `---${shortDigest(parts.join('/'), DIGEST_LENGTH)}`);
}

/** Name of the config in which the Swarm keeps how far the store had come: `hinge-store`. */
export const storeMemoryName = (prefix: string): string => `${testbedToken(prefix)}-store`;

/**
 * Name of a network: `hinge-vyos-35-vyos-36-k3x9q2ab`. The end differs for every network that was ever made, so that
 * what an engine may have left of an earlier one is never taken for it.
 * @param parts for people.
 * @param identity what makes it this network: its key and the create revision of its subnet's claim.
 */
export function networkName(testbed: Testbed, parts: readonly string[], identity: string): string {
  const uid = shortDigest(`${testbed.uid} ${identity}`, DIGEST_LENGTH);
  return cut([testbedToken(testbed.prefix), ...parts].join('-'), `-${uid}`);
}

/** As much of `start` as leaves room for `end`. */
const cut = (start: string, end: string): string =>
  start.slice(0, LONGEST - end.length).replace(/-+$/, '') + end;
