import { describe, expect, it } from 'vitest';
import { renderFrr } from '../../../../src/core/render/frr.ts';
import type { RenderedRouter } from '../../../../src/core/render/rendered-router.ts';
import { Bench } from '../plan/bench.ts';
import { figure3 } from '../plan/figure3.ts';

/** Read back by the real FRR in test/e2e; written by `vitest -u`. */
const golden = (name: string): string => `../../../golden/frr/${name}.conf`;

const BARE: RenderedRouter = {
  hostname: 'r1',
  asn: 4200000000,
  routerId: '0.0.0.1',
  loopback: undefined,
  sessions: [],
  connected: [],
  advertise: [],
  preferred: [],
  extraConfig: undefined,
};

const FULL: RenderedRouter = {
  ...BARE,
  routerId: '10.255.0.1',
  loopback: '10.255.0.1/32',
  sessions: [
    { peer: 'r2', asn: 2, address: '10.9.0.3', network: 'link/r1--r2' },
    { peer: 'r3', asn: 4294967294, address: '10.10.0.2', network: 'link/r1--r3' },
  ],
  connected: ['10.10.0.0/24', '10.9.0.0/16', '10.204.0.0/24'],
  advertise: ['203.0.113.0/24', '192.0.2.0/24', '192.0.2.0/25', '10.204.0.0/24', '0.0.0.0/0'],
  preferred: [
    { prefix: '10.205.0.0/24', from: '10.10.0.2' },
    { prefix: '10.204.128.0/17', from: '10.9.0.3' },
    { prefix: '10.9.128.0/17', from: '10.9.0.3' },
  ],
  extraConfig: [
    'ip prefix-list OURS seq 5 permit 192.0.2.0/24 le 32',
    'route-map OUT permit 10',
    ' match ip address prefix-list OURS',
    ' set as-path prepend 4200000000 4200000000',
    'exit',
    'router bgp 4200000000',
    ' address-family ipv4 unicast',
    '  neighbor 10.9.0.3 route-map OUT out',
    ' exit-address-family',
    '',
  ].join('\n'),
};

/** Two neighbours over links that delay BGP and BFD too. */
const SLOW: RenderedRouter = {
  ...BARE,
  sessions: [
    {
      ...{ peer: 'r2', asn: 2, address: '10.9.0.3', network: 'link/r1--r2' },
      pace: { keepalive: 4, hold: 12, connect: 2, bfdMs: 1_000 },
    },
    {
      ...{ peer: 'r3', asn: 3, address: '10.10.0.2', network: 'link/r1--r3' },
      pace: { keepalive: 363, hold: 1089, connect: 720, bfdMs: 60_000 },
    },
  ],
  connected: ['10.9.0.0/24', '10.10.0.0/24'],
};

/** An edge of two LANs: EVPN goes over one of its sessions. */
const LAYER_2: RenderedRouter = {
  ...BARE,
  loopback: '10.255.0.1/32',
  vteps: ['10.255.0.20/32', '10.255.0.3/32'],
  sessions: [
    { peer: 'r2', asn: 2, address: '10.9.0.3', network: 'link/r1--r2', evpn: true },
    { peer: 'r3', asn: 3, address: '10.10.0.2', network: 'link/r1--r3' },
  ],
  connected: ['10.9.0.0/24', '10.10.0.0/24'],
  preferred: [{ prefix: '10.255.0.21/32', from: '10.9.0.3' }],
};

/** Everything that a policy can say, on a router that prefers neighbours for Paths too. */
const POLICY: RenderedRouter = {
  ...FULL,
  extraConfig: undefined,
  bgp: {
    gracefulRestart: { restartTime: 90 },
    aggregates: [
      { prefix: '10.204.0.0/14', summaryOnly: true },
      { prefix: '10.0.0.0/8', summaryOnly: false },
    ],
  },
  sessions: [
    {
      ...{ peer: 'r2', asn: 2, address: '10.9.0.3', network: 'link/r1--r2' },
      pace: { keepalive: 10, hold: 30, connect: 5, bfdMs: 500 },
      password: { secret: 'core', revision: '42' },
      policy: {
        import: [
          {
            match: { prefixes: ['10.0.0.0/8 le 24', '192.0.2.0/24', '198.51.100.0/22 ge 23 le 24'] },
            action: 'permit',
            set: {
              localPreference: 300,
              med: 5,
              removeCommunities: ['2:1', 'no-export'],
              addCommunities: ['2:9'],
            },
          },
          {
            match: { asPath: '^(2|3)_' },
            action: 'permit',
            set: { communities: ['no-export', '65000:7', '2:1'] },
          },
          { match: { communities: ['65000:1', 'no-advertise'] }, action: 'deny' },
          { action: 'permit', set: { prependAsns: [64512, 64513] } },
        ],
        export: [
          {
            match: {
              prefixes: ['0.0.0.0/0 ge 8 le 32'],
              asPath: '_2_|^$',
              communities: ['blackhole', 'no-peer', 'local-AS', 'graceful-shutdown'],
            },
            action: 'permit',
            set: { prepend: 2, nextHopUnchanged: true },
          },
          { action: 'deny' },
        ],
        defaultOriginate: true,
        maximumPrefixes: { limit: 1000, action: 'warn' },
      },
    },
    {
      ...{ peer: 'r3', asn: 4294967294, address: '10.10.0.2', network: 'link/r1--r3' },
      bfd: false,
      policy: { import: [], export: [], maximumPrefixes: { limit: 5, action: 'reset' } },
    },
    {
      ...{ peer: 'r4', asn: 4, address: '10.11.0.2', network: 'link/r1--r4' },
      password: { secret: 'gone', revision: undefined },
    },
  ],
};

/** In the middle of an AS, which it leaves to r4: Paths, rules for all neighbours, and a LAN. */
const IBGP: RenderedRouter = {
  ...BARE,
  asn: 65001,
  loopback: '10.255.0.1/32',
  vteps: ['10.255.0.20/32'],
  sessions: [
    {
      ...{ peer: 'r2', asn: 65001, address: '10.9.0.3', network: 'link/r1--r2', evpn: true },
      policy: {
        import: [{ action: 'permit', set: { localPreference: 300, prepend: 1 } }],
        export: [{ action: 'permit', set: { prepend: 2, med: 7, addCommunities: ['65001:1'] } }],
        defaultOriginate: true,
        maximumPrefixes: { limit: 100, action: 'reset' },
      },
    },
    { peer: 'r3', asn: 65001, address: '10.10.0.2', network: 'link/r1--r3' },
    {
      ...{ peer: 'r4', asn: 65002, address: '10.11.0.2', network: 'link/r1--r4' },
      policy: { import: [], export: [{ action: 'permit', set: { prepend: 2 } }] },
    },
  ],
  connected: ['10.9.0.0/24', '10.10.0.0/24', '10.11.0.0/24'],
  preferred: [
    { prefix: '10.255.0.21/32', from: '10.9.0.3' },
    { prefix: '10.205.0.0/24', from: '10.11.0.2' },
  ],
};

describe('renderFrr', () => {
  it.each([
    ['bare', BARE],
    ['full', FULL],
    ['slow', SLOW],
    ['policy', POLICY],
    ['layer-2', LAYER_2],
    ['ibgp', IBGP],
  ])('writes %s.conf', async (name, router) => {
    await expect(renderFrr(router).text).toMatchFileSnapshot(golden(name));
  });

  it.each(['vyos-35', 'vyos-46', 'vyos-57'])('writes figure-3.%s.conf', async (name) => {
    const { desired } = new Bench().put(...figure3()).settle();
    const setup = desired.workloads.find(({ key }) => key === `router/${name}`)?.setup;
    await expect(setup?.type === 'router' ? setup.configuration.text : '').toMatchFileSnapshot(
      golden(`figure-3.${name}`),
    );
  });

  it('writes the same whatever order things come in', () => {
    const turned = {
      ...FULL,
      connected: FULL.connected.toReversed(),
      advertise: [...FULL.advertise, ...FULL.advertise].toReversed(),
    };
    expect(renderFrr(turned)).toEqual(renderFrr(FULL));
  });

  it('has another hash for another text', () => {
    const hashes = [BARE, FULL, { ...FULL, asn: 7 }].map((router) => renderFrr(router).hash);
    expect(new Set(hashes).size).toBe(3);
    for (const hash of hashes) expect(hash).toMatch(/^[a-z2-7]{16}$/);
  });

  it('keeps extraConfig as it was written, last and in global context', () => {
    const lines = 'log commands\n  ! indented\n\trouter bgp 7\n';
    const { text } = renderFrr({ ...FULL, extraConfig: lines });
    expect(text.endsWith(` !\nexit\n!\n! extraConfig, as written\n${lines}! end of extraConfig\n!\n`)).toBe(
      true,
    );
    expect(renderFrr({ ...FULL, extraConfig: ' \n' })).toEqual(
      renderFrr({ ...FULL, extraConfig: undefined }),
    );
  });

  it('sets the router id before anything that depends on it', () => {
    expect(renderFrr(FULL).text).toMatch(/^router bgp \d+\n bgp router-id/m);
  });
});
