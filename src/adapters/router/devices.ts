import { z } from 'zod';
import { isOfLan, type ObservedDevice } from '../../core/diff/devices.ts';

const Devices = z.array(
  z.looseObject({
    ifname: z.string().optional(),
    link: z.string().optional(),
    master: z.string().optional(),
    mtu: z.number().default(0),
    address: z.string().default(''),
    flags: z.array(z.string()).default([]),
    linkinfo: z
      .looseObject({
        info_kind: z.string().optional(),
        info_data: z
          .looseObject({
            id: z.number().optional(),
            local: z.string().optional(),
            remote: z.string().optional(),
            port: z.number().optional(),
          })
          .optional()
          .catch(undefined),
      })
      .optional(),
    addr_info: z.array(z.looseObject({ local: z.string().optional(), prefixlen: z.number() })).default([]),
  }),
);

/** Reads hinge's interfaces of layer 2 from `ip -json -details address show`. */
export function devicesOf(json: string): readonly ObservedDevice[] {
  return Devices.parse(JSON.parse(json)).flatMap((device): ObservedDevice[] => {
    const { ifname: name = '', link, master, mtu, address: mac, flags, linkinfo, addr_info } = device;
    if (!isOfLan(name)) return [];
    const kind = linkinfo?.info_kind ?? '';
    const { id = 0, local = '', remote, port = 0 } = linkinfo?.info_data ?? {};
    return [
      {
        ...{ name, kind, link, master, mtu, mac },
        vxlan: kind === 'vxlan' ? { id, local, remote, port } : undefined,
        addresses: addr_info.flatMap(({ local: own, prefixlen }) =>
          own === undefined ? [] : [`${own}/${prefixlen.toString()}`],
        ),
        up: flags.includes('UP'),
      },
    ];
  });
}
