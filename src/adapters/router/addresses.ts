import { z } from 'zod';
import type { RouterInterface, RouterState } from '../../core/diff/observed-router.ts';

const Addresses = z.array(
  z.object({
    ifname: z.string().optional(),
    address: z.string().optional(),
    ifalias: z.string().optional(),
    addr_info: z
      .array(z.object({ family: z.string(), local: z.string(), prefixlen: z.number() }))
      .default([]),
  }),
);

/** Reads `ip -json -details address show`, on one line; without the details it leaves out aliases. */
export function interfacesOf(json: string): readonly RouterInterface[] {
  return Addresses.parse(JSON.parse(json)).flatMap(({ ifname = '', address = '', ifalias, addr_info }) =>
    addr_info
      .filter(({ family }) => family === 'inet')
      .map(({ local, prefixlen }) => ({
        name: ifname,
        address: `${local}/${String(prefixlen)}`,
        mac: address,
        ...(ifalias !== undefined && { alias: ifalias }),
      })),
  );
}

/** Reads the same: an IPv6 address of lo. */
export function sourceIn(json: string): Pick<RouterState, 'segmentSource'> {
  const lo = Addresses.parse(JSON.parse(json)).find(({ ifname }) => ifname === 'lo');
  const source = lo?.addr_info.find(({ family, local }) => family === 'inet6' && local !== '::1');
  return source === undefined ? {} : { segmentSource: source.local };
}

/** Reads the same: interfaces without an IPv4 address. */
export const bareIn = (json: string): readonly Pick<RouterInterface, 'name' | 'mac'>[] =>
  Addresses.parse(JSON.parse(json))
    .filter(({ addr_info }) => addr_info.every(({ family }) => family !== 'inet'))
    .map(({ ifname: name = '', address: mac = '' }) => ({ name, mac }));
