import { describe, expect, it } from 'vitest';
import {
  type DeviceChange,
  diffDevices,
  hostDevices,
  isOfLan,
  type ObservedDevice,
  routerDevices,
  type WantedDevice,
} from '../../../../src/core/diff/devices.ts';

const LAN = {
  ...{ vni: 1000000, vtep: '10.255.0.9', mtu: 1400 },
  ports: [{ number: 1, local: '10.204.0.2', remote: '10.204.0.3' }],
};
const BRIDGES = routerDevices([LAN], 'frr');
const HOST = hostDevices([
  {
    ...{ device: 'l2-ab', vni: 1000000, number: 1, local: '10.204.0.3', remote: '10.204.0.2' },
    ...{ mac: '02:0f:42:40:00:01', address: '172.20.0.1/24', mtu: 1400 },
  },
]);

/** An interface as it is once it is as wanted. */
const made = ({ name, kind, vxlan, link, master, mtu, end }: WantedDevice): ObservedDevice => ({
  ...{ name, kind, vxlan, link, master, mtu, up: true },
  mac: end?.mac ?? 'aa:bb:cc:dd:ee:ff',
  addresses: end === undefined ? [] : [end.address, 'fe80::f:42ff:fe40:1/64'],
});

const lines = (change: DeviceChange): string => change.lines.join('\n');

describe('interfaces of layer 2', () => {
  it('of a router are made in an order that the kernel takes, and silent', () => {
    expect(diffDevices(BRIDGES, [])).toMatchInlineSnapshot(`
      {
        "ipv6": [],
        "lines": [
          "link add name l2b1000000 type bridge stp_state 0 mcast_snooping 0 group_fwd_mask 65528",
          "link set dev l2b1000000 addrgenmode none",
          "link set dev l2b1000000 mtu 1400",
          "link set dev l2b1000000 up",
          "link add name l2v1000000 type vxlan id 1000000 local 10.255.0.9 dstport 4790 nolearning",
          "link set dev l2v1000000 addrgenmode none",
          "link set dev l2v1000000 mtu 1400",
          "link set dev l2v1000000 master l2b1000000",
          "link set dev l2v1000000 type bridge_slave learning off",
          "link set dev l2v1000000 up",
          "link add name l2t1000000-1 type vxlan id 9388608 local 10.204.0.2 remote 10.204.0.3 dstport 14791 nolearning",
          "link set dev l2t1000000-1 addrgenmode none",
          "link set dev l2t1000000-1 mtu 1400",
          "link set dev l2t1000000-1 up",
          "link add link l2t1000000-1 name l2m1000000-1 type macvlan mode passthru",
          "link set dev l2m1000000-1 addrgenmode none",
          "link set dev l2m1000000-1 mtu 1400",
          "link set dev l2m1000000-1 master l2b1000000",
          "link set dev l2m1000000-1 up",
        ],
      }
    `);
  });

  it('of a host are made with MAC and address, and speak IPv6', () => {
    expect(diffDevices(HOST, [])).toMatchInlineSnapshot(`
      {
        "ipv6": [
          "l2-ab",
        ],
        "lines": [
          "link add name l2-ab address 02:0f:42:40:00:01 type vxlan id 9388608 local 10.204.0.3 remote 10.204.0.2 dstport 14791 nolearning",
          "link set dev l2-ab mtu 1400",
          "address add 172.20.0.1/24 dev l2-ab",
          "link set dev l2-ab up",
        ],
      }
    `);
  });

  it.each([
    ['a router', BRIDGES],
    ['a host', HOST],
  ])('of %s are left alone when they are as wanted', (_whose, wanted) => {
    expect(diffDevices(wanted, wanted.map(made))).toEqual({ lines: [], ipv6: [] });
  });

  it('are taken away when nobody wants them, each once', () => {
    expect(lines(diffDevices([], BRIDGES.map(made)))).toBe(
      ['l2b1000000', 'l2v1000000', 'l2t1000000-1'].map((name) => `link delete dev ${name}`).join('\n'),
    );
  });

  it('that are made otherwise are made anew, with what is on them', () => {
    const seen = BRIDGES.map(made).map((device) =>
      device.name === 'l2t1000000-1' && device.vxlan !== undefined
        ? { ...device, vxlan: { ...device.vxlan, remote: '10.204.0.7' } }
        : device,
    );
    const change = lines(diffDevices(BRIDGES, seen));
    expect(change).toMatch(/^link delete dev l2t1000000-1\nlink add name l2t1000000-1 /);
    expect(change).toContain('link add link l2t1000000-1 name l2m1000000-1');
    expect(change).not.toContain('l2v');
  });

  it('of a bridge that is gone become ports of the new one', () => {
    const seen = BRIDGES.map(made)
      .filter(({ kind }) => kind !== 'bridge')
      .map((device) => ({ ...device, master: undefined }));
    const change = lines(diffDevices(BRIDGES, seen));
    expect(change).toContain('link set dev l2v1000000 master l2b1000000');
    expect(change).toContain('link set dev l2m1000000-1 master l2b1000000');
    expect(change).not.toContain('delete');
  });

  it('get the MTU, MAC, address and state that they should have', () => {
    const [host] = HOST.map(made);
    if (host === undefined) throw new Error('no host');
    const seen = { ...host, mtu: 1500, mac: '02:00:00:00:00:01', addresses: ['172.20.0.9/24'], up: false };
    expect(diffDevices(HOST, [seen])).toEqual({
      lines: [
        'link set dev l2-ab mtu 1400',
        'link set dev l2-ab address 02:0f:42:40:00:01',
        'address delete 172.20.0.9/24 dev l2-ab',
        'address add 172.20.0.1/24 dev l2-ab',
        'link set dev l2-ab up',
      ],
      ipv6: ['l2-ab'],
    });
  });

  it('of a router with VyOS are only what joins hosts to the bridge that it makes itself', () => {
    expect(routerDevices([LAN], 'vyos').map(({ name, master }) => [name, master])).toEqual([
      ['l2t1000000-1', undefined],
      ['l2m1000000-1', 'br1000000'],
    ]);
  });

  it('are known by their names', () => {
    for (const { name } of [...BRIDGES, ...HOST]) expect(isOfLan(name)).toBe(true);
    for (const name of ['eth0', 'lo', 'l2x', 'l2bridge']) expect(isOfLan(name)).toBe(false);
    const far = {
      vni: 8388607,
      vtep: '10.255.0.9',
      mtu: 1400,
      ports: [{ number: 999, local: '', remote: '' }],
    };
    for (const { name } of routerDevices([far], 'frr')) expect(name.length).toBeLessThanOrEqual(15);
  });
});
