import { describe, expect, it } from 'vitest';
import { parseInterfaces } from '../../../../src/adapters/router/link-console.ts';

/** As iproute2 6.1 prints it; netem, which no kernel at hand had, as its source has it (tc/q_netem.c). */
const SEEN = `[{"ifname":"lo","mtu":65536},{"ifname":"eth2","mtu":1400,"qdisc":"htb","ifalias":"hinge:mtu=1450"},{"ifname":"eth3","mtu":1450}]
--- hinge ---
[{"kind":"noqueue","handle":"0:","dev":"lo","root":true,"refcnt":2,"options":{}},{"kind":"htb","handle":"11e:","dev":"eth2","root":true,"refcnt":3,"options":{"r2q":10,"default":"0x1","direct_packets_stat":0,"direct_qlen":1000}},{"kind":"netem","handle":"11f:","dev":"eth2","parent":"11e:1","options":{"limit":3025,"delay":{"delay":0.02,"jitter":0.001,"correlation":0},"loss-random":{"loss":0.001,"correlation":0},"reorder":{"reorder":0.25,"correlation":0},"ecn":false,"gap":1}},{"kind":"noqueue","handle":"0:","dev":"eth3","root":true,"refcnt":2,"options":{}}]
--- hinge ---
class htb 11e:1 root leaf 11f: prio 0 rate 2500Kbit ceil 2500Kbit burst 3125b cburst 3125b 
--- hinge ---
filter protocol arp pref 1 u32 chain 0 
filter protocol arp pref 1 u32 chain 0 fh 800: ht divisor 1 
filter protocol arp pref 1 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid 11e: not_in_hw 
  match 00000000/00000000 at 0
filter protocol ip pref 2 u32 chain 0 
filter protocol ip pref 2 u32 chain 0 fh 801: ht divisor 1 
filter protocol ip pref 2 u32 chain 0 fh 801::800 order 2048 key ht 801 bkt 0 *flowid 11e: not_in_hw 
  match 00060000/00ff0000 at 8
  match 000000b3/0000ffff at 20
--- hinge ---
--- hinge ---
`;

describe('parseInterfaces', () => {
  it('reads what ip and tc print', () => {
    expect(parseInterfaces(SEEN, ['eth2', 'eth3', 'eth9'])).toEqual([
      {
        name: 'eth2',
        mtu: 1400,
        alias: 'hinge:mtu=1450',
        root: { kind: 'htb', handle: '11e:', fallback: '0x1' },
        rate: { rate: 2_500_000, ceil: 2_500_000 },
        leaf: {
          ...{ kind: 'netem', limit: 3025, delayUs: 20_000, jitterUs: 1_000 },
          ...{ loss: 0.1, duplicate: 0, reorder: 25, corrupt: 0 },
        },
        filters: [
          'arp 1 11e: 00000000/00000000 at 0',
          'ip 2 11e: 00060000/00ff0000 at 8 000000b3/0000ffff at 20',
        ],
      },
      { name: 'eth3', mtu: 1450, filters: [] },
    ]);
  });
});
