import { describe, expect, it } from 'vitest';
import type { VyosRelease } from '../../../../../src/api/router.ts';
import type { DesiredSession } from '../../../../../src/core/plan/desired.ts';
import { renderFrr } from '../../../../../src/core/render/frr.ts';
import { bootText } from '../../../../../src/core/render/vyos/boot-text.ts';
import { renderVyos } from '../../../../../src/core/render/vyos/render.ts';
import type { VyosRouter } from '../../../../../src/core/render/vyos/router.ts';
import { setText } from '../../../../../src/core/render/vyos/set-text.ts';
import { BARE, FULL, IBGP, LAYER_2, POLICY, SLOW } from '../routers.ts';
import { vyosFacts } from './facts.ts';
import { frrFacts } from './frr-facts.ts';
import { asVyos, exampleNames, plansOfExample, vyosOf } from './routers.ts';

/** Written by `vitest -u`. */
const golden = (file: string): string => `../../../../golden/vyos/${file}`;

const ROUTERS: Readonly<Record<string, VyosRouter>> = {
  bare: asVyos(BARE),
  full: asVyos(FULL, {
    extraConfig:
      "# a comment\nset system name-server '192.0.2.53'\nset protocols bgp neighbor 10.9.0.3 ttl-security hops 2\n",
  }),
  slow: asVyos(SLOW),
  policy: asVyos(POLICY),
  'layer-2': asVyos(LAYER_2, {
    bridges: [
      { vni: 1000000, vtep: '10.255.0.3', mtu: 1400 },
      { vni: 1000001, vtep: '10.255.0.20', mtu: 1250 },
    ],
  }),
  ibgp: asVyos(IBGP, { bridges: [{ vni: 1000000, vtep: '10.255.0.20', mtu: 1400 }] }),
  srv6: asVyos(FULL, { segments: { locator: '5f00:0:1::/48', interfaces: ['eth0', 'eth1'] } }),
};

/** What is said of examples' routers. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  policy: [
    'PlatformLacks: VyOS has no limit of prefixes that only warns (spec.bgp.neighbors, router second, maximumPrefixes.action: warn): there is no limit for this neighbour.',
  ],
};

const notesOf = (router: VyosRouter, release: VyosRelease): readonly string[] =>
  renderVyos(router, release).notes.map(({ reason, message }) => `${reason}: ${message}`);

describe('renderVyos', () => {
  it.each(Object.keys(ROUTERS))('writes %s for 1.4, in both forms', async (name) => {
    const { items } = renderVyos(ROUTERS[name] ?? asVyos(BARE), '1.4');
    await expect(setText(items)).toMatchFileSnapshot(golden(`${name}.set`));
    await expect(bootText(items, '1.4')).toMatchFileSnapshot(golden(`${name}.config.boot`));
  });

  it.each(['full', 'policy', 'ibgp'])('writes %s for 1.3', async (name) => {
    const { items } = renderVyos(ROUTERS[name] ?? asVyos(BARE), '1.3');
    await expect(setText(items)).toMatchFileSnapshot(golden(`${name}.1.3.set`));
    await expect(bootText(items, '1.3')).toMatchFileSnapshot(golden(`${name}.1.3.config.boot`));
  });

  it('writes for 1.5 what it writes for 1.4, but for the last lines', async () => {
    for (const router of Object.values(ROUTERS))
      expect(renderVyos(router, '1.5')).toEqual(renderVyos(router, '1.4'));
    const { items } = renderVyos(ROUTERS['bare'] ?? asVyos(BARE), '1.5');
    await expect(bootText(items, '1.5')).toMatchFileSnapshot(golden('bare.1.5.config.boot'));
  });

  it.each(exampleNames())('writes the routers of the example %s', async (name) => {
    const routers = plansOfExample(name).map(vyosOf);
    const said = routers.flatMap((router) => notesOf(router, '1.4'));
    expect(said).toEqual(SAID[name] ?? []);
    const texts = routers.map((router) => ({
      name: router.hostname,
      items: renderVyos(router, '1.4').items,
    }));
    const sets = texts.map(({ name: of, items }) => `# Router/${of}\n${setText(items)}`).join('\n');
    await expect(sets).toMatchFileSnapshot(golden(`examples/${name}.set`));
    await expect(bootText(texts[0]?.items ?? [], '1.5')).toMatchFileSnapshot(
      golden(`examples/${name}.${texts[0]?.name ?? ''}.config.boot`),
    );
  });

  it.each(exampleNames())('says of the routers of the example %s what FRR is told', (name) => {
    for (const plan of plansOfExample(name))
      expect(vyosFacts(renderVyos(vyosOf(plan), '1.4').items)).toEqual(
        frrFacts(renderFrr(plan.rendered).text),
      );
  });

  it.each(Object.keys(ROUTERS))('says of %s what FRR is told', (name) => {
    const router = ROUTERS[name] ?? asVyos(BARE);
    const { items } = renderVyos({ ...router, extraConfig: undefined }, '1.4');
    expect(vyosFacts(items)).toEqual(frrFacts(renderFrr({ ...router, extraConfig: undefined }).text));
  });

  it('leaves no login open: there are users and services when extraConfig names them', () => {
    const own = setText(renderVyos(asVyos(FULL), '1.4').items);
    expect(own).not.toMatch(/ (login|service|ssh|password) /);
    const written =
      "set service ssh port '22'\nset system login user me authentication public-keys a key 'AAAA'\n";
    const { items, notes } = renderVyos(asVyos(BARE, { extraConfig: written }), '1.4');
    expect(notes).toEqual([]);
    expect(setText(items)).toContain("set service ssh port '22'\n");
    expect(setText(items)).toContain("set system login user me authentication public-keys a key 'AAAA'\n");
  });

  it('says what no release can do, and what comes of it', () => {
    expect(notesOf(asVyos(BARE), '1.4')).toEqual([]);
    expect(
      notesOf(
        asVyos({ ...POLICY, hostname: 'r' }, { bridges: [{ vni: 7, vtep: '10.0.0.1', mtu: 900 }] }),
        '1.5',
      ),
    ).toEqual([
      'PlatformLacks: VyOS takes no host name of one letter: the router calls itself router-r.',
      'PlatformLacks: VyOS has no option for the time that neighbours wait in graceful restart (spec.bgp.gracefulRestart.restartTime: 90): it stays at 120 s.',
      'PlatformLacks: VyOS has no limit of prefixes that only warns (spec.bgp.neighbors, router r2, maximumPrefixes.action: warn): there is no limit for this neighbour.',
      'PlatformLacks: VyOS takes no tunnel of less than 1200 bytes: the LAN with VNI 7 has room for 900, and larger frames are lost.',
    ]);
  });

  it('says what a release cannot do', () => {
    const router = asVyos(IBGP, {
      bridges: [{ vni: 7, vtep: '10.255.0.20', mtu: 1400 }],
      segments: { locator: '5f00:0:1::/48', interfaces: ['eth0'] },
    });
    expect(notesOf(router, '1.4')).toEqual([]);
    expect(notesOf(router, '1.3')).toEqual([
      'ReleaseLacks: VyOS 1.3 has no EVPN: connections of layer 2 do not run at this router. Use 1.4 or newer there.',
      'ReleaseLacks: VyOS 1.3 has no SRv6: the router is not configured with its locator. Use 1.4 or newer on Paths with engineering: srv6.',
      'ReleaseLacks: VyOS 1.3 has no BFD profiles: sessions are watched with three times 300 ms, also where a link delays BFD.',
      'ReleaseLacks: VyOS 1.3 does not apply rules of `export` to routes that it reflects within its AS.',
    ]);
    const text = setText(renderVyos(router, '1.3').items);
    expect(text).not.toMatch(/evpn|vxlan|bridge|segment-routing|system ip |profile|system-as/);
    expect(text).toContain("set protocols bgp 65001 route-map 'hinge-kernel'\n");
    const [session] = IBGP.sessions;
    const hasty = { ...session, pace: { keepalive: 1, hold: 3, connect: 1, bfdMs: 500 } } as DesiredSession;
    const quick = asVyos({ ...BARE, sessions: [hasty] });
    expect(setText(renderVyos(quick, '1.3').items)).toContain("timers holdtime '4'\n");
    expect(notesOf(quick, '1.3')).toContain(
      'ReleaseLacks: VyOS 1.3 has no hold time below 4 s: sessions with a shorter one have this.',
    );
  });

  it('names the lines of extraConfig that cannot be read, and takes the others', () => {
    const extraConfig =
      "set system time-zone 'Asia/Tokyo'\nrouter bgp 7\n\nset service ssh port '22\nset interfaces ethernet\n";
    const { items, notes } = renderVyos(asVyos(BARE, { extraConfig }), '1.4');
    expect(setText(items)).toContain("set system time-zone 'Asia/Tokyo'\n");
    expect(notes.map(({ message }) => message)).toEqual([
      'Line 2 of spec.extraConfig was left out: expected a line that begins with set, found router.',
      'Line 4 of spec.extraConfig was left out: a quote is not closed, or is not around the whole word.',
      'Line 5 of spec.extraConfig was left out: ethernet needs a name, number or address after it.',
    ]);
  });

  it('lets extraConfig have the last word where an option has one value', () => {
    const extraConfig = "set system host-name other\nset interfaces loopback lo address '192.0.2.1/32'\n";
    const text = setText(renderVyos(asVyos(FULL, { extraConfig }), '1.4').items);
    expect(text.match(/host-name .*/g)).toEqual(["host-name 'other'"]);
    expect(text.match(/lo address .*/g)).toEqual(["lo address '10.255.0.1/32'", "lo address '192.0.2.1/32'"]);
  });

  it('gives interfaces that are too narrow for IPv6 no address of their own', () => {
    const interfaces = [{ name: 'eth0', address: '10.0.0.2/24', description: 'to r2', mtu: 1279 }];
    expect(setText(renderVyos(asVyos(BARE, { interfaces }), '1.4').items)).toContain(
      "set interfaces ethernet eth0 mtu '1279'\nset interfaces ethernet eth0 ipv6 address no-default-link-local\n",
    );
  });

  it('looks for well-known communities as FRR prints them, and sets them as the release can', () => {
    const match = { communities: ['65535:1', 'blackhole', '65000:1'] };
    const rule = {
      match,
      action: 'permit' as const,
      set: { addCommunities: ['blackhole', 'local-AS', '65535:6'] },
    };
    const router = asVyos({
      ...BARE,
      sessions: [
        { peer: 'r2', asn: 2, address: '10.9.0.3', network: 'n', policy: { import: [rule], export: [] } },
      ],
    });
    const wordsOf = (release: VyosRelease): readonly string[] =>
      [...setText(renderVyos(router, release).items).matchAll(/(?:regex|set community.*) '(.*)'/g)].map(
        ([, value = '']) => value,
      );
    expect(wordsOf('1.4')).toEqual([
      '_65000:1_',
      '_accept-own_',
      '_blackhole_',
      '65535:6',
      'blackhole',
      'local-as',
    ]);
    expect(wordsOf('1.3')).toEqual([
      '_65000:1_',
      '_accept-own_',
      '_blackhole_',
      '65535:6 65535:666 local-AS additive',
    ]);
  });

  it('has 1.3 leave next hops alone, and put no more AS numbers in front than it can', () => {
    const rule = { action: 'permit' as const, set: { nextHopUnchanged: true, prepend: 32 } };
    const router = asVyos({
      ...BARE,
      sessions: [
        {
          peer: 'r2',
          asn: 2,
          address: '10.9.0.3',
          network: 'n',
          bfd: false,
          policy: { import: [], export: [rule] },
        },
      ],
    });
    const text = setText(renderVyos(router, '1.3').items);
    expect(text).not.toContain('next-hop');
    expect(/as-path-prepend '(.*)'/.exec(text)?.[1]?.split(' ')).toHaveLength(24);
    expect(notesOf(router, '1.3')).toEqual([
      'ReleaseLacks: VyOS 1.3 has no rule that leaves the next hop as it was heard (nextHopUnchanged): routes are announced with this router as their next hop.',
      'ReleaseLacks: VyOS 1.3 puts 24 AS numbers in front of a path at most: rules that ask for more put as many.',
    ]);
    expect(notesOf(router, '1.4')).toEqual([]);
  });

  it('takes off communities that FRR would not find with an expression by lists of numbers', () => {
    const rule = (community: string) => ({
      action: 'permit' as const,
      set: { removeCommunities: [community, 'blackhole'] },
    });
    const session = (octet: number, rules: readonly string[]): DesiredSession => ({
      ...{ peer: `r${String(octet)}`, asn: octet, address: `10.9.0.${String(octet)}`, network: 'n' },
      policy: { import: rules.map(rule), export: [] },
    });
    const router = asVyos({
      ...BARE,
      sessions: [session(3, ['64512:12345', '7:7']), session(4, ['64512:12345', '64512:12346'])],
    });
    const lines = setText(renderVyos(router, '1.4').items).split('\n');
    expect(lines.filter((line) => line.includes(' regex '))).toEqual([
      "set policy community-list 99 rule 1 regex '64512:12345'",
      "set policy community-list 99 rule 2 regex '65535:666'",
      "set policy community-list hinge-from-10-9-0-3-2-removed rule 1 regex '_7:7_'",
      "set policy community-list hinge-from-10-9-0-3-2-removed rule 2 regex '_blackhole_'",
      "set policy community-list 98 rule 1 regex '64512:12346'",
      "set policy community-list 98 rule 2 regex '65535:666'",
    ]);
    expect(lines.flatMap((line) => /delete '(.*)'/.exec(line)?.[1] ?? [])).toEqual([
      '99',
      'hinge-from-10-9-0-3-2-removed',
      '99',
      '98',
    ]);
    expect(notesOf(router, '1.4')).toEqual([]);
    expect(setText(renderVyos(router, '1.3').items)).toContain(
      "community-list hinge-from-10-9-0-3-1-removed rule 1 regex '_64512:12345_'\n",
    );
    expect(notesOf(router, '1.3')).toContain(
      'ReleaseLacks: VyOS 1.3 does not take off communities of eleven characters such as 64512:12345 (removeCommunities).',
    );
    const many = Array.from({ length: 100 }, (_, at) => `64512:${String(10000 + at)}`);
    expect(notesOf(asVyos({ ...BARE, sessions: [session(3, many)] }), '1.4')).toEqual([
      'PlatformLacks: VyOS has room for 99 lists of removeCommunities with communities of eleven characters such as 64512:12345: the last ones take those not off.',
    ]);
  });

  it('sets the kernel as the release can', () => {
    const router = asVyos(BARE, { sysctls: { 'net.ipv4.ip_forward': '1' } });
    expect(setText(renderVyos(router, '1.3').items)).toContain(
      "set system sysctl custom net.ipv4.ip_forward value '1'\n",
    );
    expect(setText(renderVyos(router, '1.5').items)).toContain(
      "set system sysctl parameter net.ipv4.ip_forward value '1'\n",
    );
  });
});
