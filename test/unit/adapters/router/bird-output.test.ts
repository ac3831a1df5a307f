import { describe, expect, it } from 'vitest';
import {
  disabledAmong,
  protocolsIn,
  reconfiguredAt,
  routesIn,
  sessionsIn,
} from '../../../../src/adapters/router/bird-output.ts';

/** As BIRD 2.0.12 prints it, shortened. */
const PROTOCOLS = `BIRD 2.0.12 ready.
Name       Proto      Table      State  Since         Info
device1    Device     ---        up     1795433175    

hinge_direct Direct     ---        down   1795433175    
  Channel ipv4
    State:          DOWN

hinge_10_0_0_3 BGP        ---        up     1795433176    Established   
  Description:    r2
  BGP state:          Established
    Neighbor address: 10.0.0.3
    Neighbor AS:      4200000002
    Local AS:         4200000001
  Channel ipv4
    State:          UP
    Routes:         3 imported, 3 exported, 2 preferred

hinge_10_0_0_4 BGP        ---        start  1795433180    Passive       Received: Cease
  BGP state:          Passive
    Neighbor address: 10.0.0.4
    Neighbor AS:      3

hinge_10_0_0_5 BGP        ---        down   1795433180    
  BGP state:          Down
    Neighbor address: 10.0.0.5
    Neighbor AS:      4

hinge_10_0_0_6 BGP        ---        down   1795435652    Automatic shutdown: Route limit exceeded
  BGP state:          Down
    Neighbor address: 10.0.0.6
    Neighbor AS:      5
    Last error:       Automatic shutdown: Route limit exceeded
`;

describe('show protocols all', () => {
  const protocols = protocolsIn(PROTOCOLS);

  it('tells sessions under the names that FRR has for them', () => {
    const sessions = sessionsIn(protocols, 1_795_433_186, new Set(['10.0.0.3']));
    expect(sessions[0]).toEqual({
      address: '10.0.0.3',
      asn: 4200000002,
      state: 'Established',
      establishedAt: '2026-11-23T11:26:16.000Z',
      upMs: 10_000,
      watched: true,
      prefixesReceived: 3,
    });
    expect(sessions.map(({ state }) => state)).toEqual([
      'Established',
      'Active',
      'Idle (Admin)',
      'Idle (PfxCt)',
    ]);
    expect(sessions[1]).toMatchObject({ upMs: undefined, establishedAt: undefined, watched: false });
  });

  it('tells what of hinge somebody has disabled', () => {
    expect(disabledAmong(protocols)).toEqual(['hinge_direct', 'hinge_10_0_0_5']);
  });
});

describe('show route primary all', () => {
  it('tells prefix, next hop and AS path', () => {
    const text = `BIRD 2.0.12 ready.
Table master4:
10.255.0.2/32        unicast [hinge_10_0_0_3 2026-11-23 11:26:16] * (100) [AS4200000002i]
\tvia 10.0.0.3 on v1
\tType: BGP univ
\tBGP.origin: IGP
\tBGP.as_path: 4200000002 7
\tBGP.next_hop: 10.0.0.3
\tBGP.local_pref: 100
203.0.113.0/24       blackhole [hinge_discard 2026-11-23 11:26:15] * (190)
\tType: static univ
`;
    expect(routesIn(text)).toEqual([
      { prefix: '10.255.0.2/32', nextHop: '10.0.0.3', asPath: [4200000002, 7] },
      { prefix: '203.0.113.0/24', nextHop: '0.0.0.0', asPath: [] },
    ]);
  });
});

describe('when BIRD was reconfigured', () => {
  const status = (now: string, last: string): string =>
    `100.5 200.00\nBIRD 2.0.12 ready.\nCurrent server time is ${now}\nLast reboot on ${last}\nLast reconfiguration on ${last}\n`;

  it('is reckoned from the start of the machine, whatever the time of day', () => {
    expect(reconfiguredAt(status('2026-11-23 11:26:19.500', '2026-11-23 11:26:15.000'))).toBe(96);
    expect(reconfiguredAt(status('2031-01-01 00:00:04.500', '2031-01-01 00:00:00.000'))).toBe(96);
  });

  it('is not known when it does not say, or in another format', () => {
    expect(reconfiguredAt('')).toBeUndefined();
    expect(reconfiguredAt(status('11:26 today', '11:25 today'))).toBeUndefined();
  });
});
