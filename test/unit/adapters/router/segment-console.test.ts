import { describe, expect, it } from 'vitest';
import { parseSegments } from '../../../../src/adapters/router/segment-console.ts';

/** As iproute2 6.1 and nft 1.0 print it. */
const SEEN = `[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"addr_info":[{"family":"inet6","local":"5f00:0:1::","prefixlen":128,"scope":"global"},{"family":"inet6","local":"::1","prefixlen":128,"scope":"host"}]}]
--- hinge ---
tunsrc addr 5f00:0:1::
--- hinge ---
[{"dst":"5f00:0:1:4000:1::1","encap":"seg6local","action":"End","stats64":{"packets":7,"bytes":2392,"errors":0},"dev":"eth0","metric":1024,"flags":[],"pref":"medium"},{"dst":"5f00:0:1:4000:1::2","encap":"seg6local","action":"End.DX4","nh4":"0.0.0.0","stats64":{"packets":0,"bytes":0,"errors":0},"dev":"eth0","metric":1024,"flags":[],"pref":"medium"},{"dst":"5f00:0:1:4000:2::2","encap":"seg6local","action":"End.DX4","nh4":"10.9.0.7","stats64":{"packets":0,"bytes":0,"errors":0},"dev":"eth0","metric":1024,"flags":[],"pref":"medium"},{"dst":"5f00:0:1:4000:3::1","encap":"seg6local","action":"End","dev":"eth0","metric":1024,"flags":[],"pref":"medium"},{"dst":"5f00:0:2::/48","gateway":"fe80::5f00:ac8:3","dev":"eth0","metric":1024,"flags":[],"pref":"medium"}]
--- hinge ---
[{"dst":"default","encap":"seg6","mode":"encap","segs":["5f00:0:2:4000:1::1","5f00:0:3:4000:1::1"],"dev":"eth0","table":"1073741825","scope":"link","flags":[]},{"dst":"10.77.0.1","gateway":"10.9.0.3","dev":"eth0","flags":[]}]
--- hinge ---
[{"priority":0,"src":"all","table":"local","protocol":"kernel"},{"priority":1000,"src":"all","fwmark":"0x40000001","table":"1073741825","protocol":"222"},{"priority":32766,"src":"all","table":"main","protocol":"kernel"}]
--- hinge ---
[{"dst":"fe80::5f00:ac8:3","dev":"eth0","lladdr":"02:42:0a:c8:00:03","state":["PERMANENT"]},{"dst":"fe80::1","dev":"eth0","lladdr":"02:42:0a:c8:00:09","state":["PERMANENT"]}]
--- hinge ---
all
eth0
--- hinge ---
table ip hinge {
}
`;

describe('parseSegments', () => {
  it('reads what ip and nft print, as far as it is hinge’s', () => {
    expect(parseSegments(SEEN)).toEqual({
      addresses: ['5f00:0:1::'],
      source: '5f00:0:1::',
      open: ['all', 'eth0'],
      filter: 'table ip hinge {\n}\n',
      entries: [
        { key: 'route 5f00:0:1:4000:1::1', text: 'End dev eth0' },
        { key: 'route 5f00:0:1:4000:1::2', text: 'End.DX4 dev eth0' },
        { key: 'route 5f00:0:1:4000:2::2', text: 'other End.DX4 dev eth0' },
        { key: 'route 5f00:0:1:4000:3::1', text: 'other End dev eth0' },
        { key: 'route 5f00:0:2::/48', text: 'via fe80::5f00:ac8:3 dev eth0' },
        {
          key: 'table 1073741825',
          text: 'segments 5f00:0:2:4000:1::1 5f00:0:3:4000:1::1 dev eth0',
        },
        { key: 'route 10.77.0.1', text: 'via 10.9.0.3 dev eth0' },
        { key: 'rule 1073741825', text: 'table 1073741825' },
        { key: 'neighbor fe80::5f00:ac8:3 eth0', text: '02:42:0a:c8:00:03' },
      ],
    });
  });
});
