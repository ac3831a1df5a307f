import { describe, expect, it } from 'vitest';
import { readBoot } from '../../../../support/vyos-boot.ts';
import { bootText } from '../../../../../src/core/render/vyos/boot-text.ts';
import { block, flag, type Item, leaf, tagged } from '../../../../../src/core/render/vyos/item.ts';
import { withSetLines } from '../../../../../src/core/render/vyos/merge.ts';
import { readSetLine } from '../../../../../src/core/render/vyos/set-line.ts';
import { setText } from '../../../../../src/core/render/vyos/set-text.ts';

/** Of every kind, with what has to be quoted. */
const ITEMS: readonly Item[] = [
  block('system', [
    leaf('host-name', 'r1'),
    block('login', [
      tagged('user', 'me', [block('authentication', [leaf('plaintext-password', 'a \\ $c')])]),
    ]),
  ]),
  block('interfaces', [
    tagged('loopback', 'lo'),
    tagged('ethernet', 'eth0', [
      leaf('address', '10.0.0.1/24'),
      leaf('address', '10.0.1.1/24'),
      leaf('mtu', 1450),
    ]),
  ]),
  block('policy', [
    tagged('as-path-list', 'A', [tagged('rule', 1, [leaf('action', 'permit'), leaf('regex', '^(1|2)_ 3$')])]),
  ]),
  block('protocols', [
    block('bgp', [
      block('parameters', [flag('log-neighbor-changes')]),
      block('address-family', [block('ipv4-unicast', [tagged('network', '10.0.0.0/24')])]),
      tagged('neighbor', '10.0.0.2', [block('address-family', [block('ipv4-unicast', [])])]),
    ]),
  ]),
];

describe('the two forms', () => {
  it('are what VyOS itself writes', () => {
    expect(setText(ITEMS)).toBe(
      [
        "set system host-name 'r1'",
        "set system login user me authentication plaintext-password 'a \\ $c'",
        'set interfaces loopback lo',
        "set interfaces ethernet eth0 address '10.0.0.1/24'",
        "set interfaces ethernet eth0 address '10.0.1.1/24'",
        "set interfaces ethernet eth0 mtu '1450'",
        "set policy as-path-list A rule 1 action 'permit'",
        "set policy as-path-list A rule 1 regex '^(1|2)_ 3$'",
        'set protocols bgp parameters log-neighbor-changes',
        'set protocols bgp address-family ipv4-unicast network 10.0.0.0/24',
        'set protocols bgp neighbor 10.0.0.2 address-family ipv4-unicast',
        '',
      ].join('\n'),
    );
    const text = bootText(ITEMS, '1.4');
    expect(text.split('\n').slice(0, 17)).toEqual([
      'system {',
      '    host-name "r1"',
      '    login {',
      '        user me {',
      '            authentication {',
      '                plaintext-password "a \\ $c"',
      '            }',
      '        }',
      '    }',
      '}',
      'interfaces {',
      '    loopback lo {',
      '    }',
      '    ethernet eth0 {',
      '        address "10.0.0.1/24"',
      '        address "10.0.1.1/24"',
      '        mtu "1450"',
    ]);
    expect(text.split('\n').slice(-5)).toEqual([
      '',
      '// Warning: Do not remove the following line.',
      expect.stringMatching(/^\/\/ vyos-config-version: "bgp@5:broadcast-relay@1:.*:webproxy@2"$/) as string,
      '// Release version: 1.4.0',
      '',
    ]);
  });

  it('are read back as they were', () => {
    expect(withSetLines([], setText(ITEMS), '1.4')).toEqual({ items: ITEMS, problems: [] });
    expect(readBoot(bootText(ITEMS, '1.4'))).toEqual(ITEMS);
  });

  it('of 1.3 have an AS number after bgp', () => {
    const items = [
      block('protocols', [tagged('bgp', 65001, [block('parameters', [leaf('router-id', '1.1.1.1')])])]),
    ];
    expect(setText(items)).toBe("set protocols bgp 65001 parameters router-id '1.1.1.1'\n");
    expect(withSetLines([], setText(items), '1.3').items).toEqual(items);
  });

  it('end with the versions of each release', () => {
    const last = (release: '1.3' | '1.4' | '1.5'): string => bootText([], release);
    expect(last('1.3')).toContain('system@21');
    expect(last('1.4')).toContain('interfaces@32');
    expect(last('1.5')).toMatch(/interfaces@33.*\n\/\/ Release version: 1\.5-rolling-202410210006\n$/);
  });
});

describe('a set line', () => {
  it.each([
    ["set service https listen-address '0.0.0.0'", ['service', 'https'], 'listen-address', '0.0.0.0'],
    ['set service https listen-address 0.0.0.0', ['service', 'https'], 'listen-address', '0.0.0.0'],
    ['set system host-name tokyo', ['system'], 'host-name', 'tokyo'],
    ['set interfaces ethernet eth5 address dhcp', ['interfaces', 'ethernet eth5'], 'address', 'dhcp'],
    [
      'set nat source rule 10 outbound-interface name eth5',
      ['nat', 'source', 'rule 10', 'outbound-interface'],
      'name',
      'eth5',
    ],
    [
      'set interfaces ethernet eth5 ipv6 address autoconf',
      ['interfaces', 'ethernet eth5', 'ipv6', 'address'],
      'autoconf',
      undefined,
    ],
    ['set interfaces ethernet eth1 disable', ['interfaces', 'ethernet eth1'], 'disable', undefined],
    [
      'set interfaces ethernet eth1 vif 7 description "to r 2"',
      ['interfaces', 'ethernet eth1', 'vif 7'],
      'description',
      'to r 2',
    ],
    [
      '  set  protocols bgp address-family ipv4-unicast redistribute connected  ',
      ['protocols', 'bgp', 'address-family', 'ipv4-unicast', 'redistribute', 'connected'],
      undefined,
      undefined,
    ],
    [
      'set protocols static route 192.0.2.0/24 next-hop 10.0.0.1',
      ['protocols', 'static', 'route 192.0.2.0/24', 'next-hop 10.0.0.1'],
      undefined,
      undefined,
    ],
    ['set protocols bgp srv6 locator hinge', ['protocols', 'bgp', 'srv6'], 'locator', 'hinge'],
    [
      'set protocols segment-routing srv6 locator L',
      ['protocols', 'segment-routing', 'srv6', 'locator L'],
      undefined,
      undefined,
    ],
    ['set vrf name red table 100', ['vrf', 'name red'], 'table', '100'],
    [
      'set protocols rpki cache 192.0.2.9 port 3323',
      ['protocols', 'rpki', 'cache 192.0.2.9'],
      'port',
      '3323',
    ],
    // In no table: words that can be no names are tags.
    ['set service suricata interface eth5 mode x', ['service', 'suricata', 'interface eth5'], 'mode', 'x'],
    ['set service foo zone Example.org ttl 7', ['service', 'foo', 'zone Example.org'], 'ttl', '7'],
    // A tag here is none elsewhere.
    [
      'set policy route-map M rule 1 match peer 10.0.0.2',
      ['policy', 'route-map M', 'rule 1', 'match'],
      'peer',
      '10.0.0.2',
    ],
    [
      'set interfaces bonding bond0 member interface eth1',
      ['interfaces', 'bonding bond0', 'member'],
      'interface',
      'eth1',
    ],
    ['set policy route FILTER interface eth1', ['policy', 'route FILTER'], 'interface', 'eth1'],
  ])('%s', (line, path, name, value) => {
    const said = readSetLine(line, '1.4');
    if (typeof said === 'string') throw new Error(said);
    expect(
      said.path.map((step) => [step.name, ...(step.tag === undefined ? [] : [step.tag])].join(' ')),
    ).toEqual(path);
    expect(said.option).toEqual(name === undefined ? undefined : { name, value });
  });

  it.each([
    ['delete system host-name', 'expected a line that begins with set, found delete'],
    ['set', 'expected the path of an option after set'],
    ['set system', 'expected the path of an option after set'],
    ["set system host-name 'a", 'a quote is not closed, or is not around the whole word'],
    ["set system host-name a'b'", 'a quote is not closed, or is not around the whole word'],
    ['set system host-name "it\'s"', "VyOS takes no quote in a value, as in it's"],
    ['set interfaces ethernet eth0 description \'a "b"\'', 'VyOS takes no quote in a value, as in a "b"'],
    [
      "set policy route-map 'a b' rule 1 action permit",
      'VyOS takes no spaces, braces, backslashes or // in a name, as in a b',
    ],
    ['set service foo bar // port 7', 'VyOS takes no spaces, braces, backslashes or // in a name, as in //'],
    [
      'set interfaces ethernet eth0 description to the lab',
      'description has one value: put it between quotes if it has spaces',
    ],
    ['set protocols bgp 65001 parameters', 'VyOS 1.4 has no AS number after protocols bgp'],
    ["set system host-name ''", 'a value is empty'],
    ["set 'system' host-name a", "expected the name of an option, found the value 'system'"],
    ["set system 'host-name' a", "expected the name of an option, found the value 'host-name'"],
    ['set system { host-name', 'expected the name of an option, found {'],
    ['set protocols bgp neighbor', 'neighbor needs a name, number or address after it'],
  ])('%s is refused', (line, message) => {
    expect(readSetLine(line, '1.4')).toBe(message);
  });

  it('said twice is there once; options with several values keep each', () => {
    const { items } = withSetLines(
      [],
      "set system name-server '192.0.2.1'\nset system name-server '192.0.2.2'\nset system name-server '192.0.2.1'\n" +
        'set service ssh\nset service ssh\nset service ssh disable-password-authentication\n',
      '1.4',
    );
    expect(setText(items)).toBe(
      "set system name-server '192.0.2.1'\nset system name-server '192.0.2.2'\nset service ssh disable-password-authentication\n",
    );
  });

  it('of an AS number belongs to 1.3 only', () => {
    expect(readSetLine('set protocols bgp 65001 neighbor 10.0.0.2 shutdown', '1.3')).not.toBeTypeOf('string');
    expect(readSetLine('set protocols bgp neighbor 10.0.0.2 shutdown', '1.3')).toBe(
      'VyOS 1.3 has the AS number after protocols bgp, found neighbor',
    );
  });

  it('of an option that is in no table adds a value; of one that hinge wrote takes its place', () => {
    const { items } = withSetLines(
      [block('system', [leaf('host-name', 'r1')])],
      'set system host-name a\nset system host-name b\nset firewall group port-group WEB port 80\n' +
        'set firewall group port-group WEB port 443\nset system time-zone UTC\nset system time-zone Asia/Tokyo\n',
      '1.4',
    );
    expect(setText(items)).toBe(
      "set system host-name 'b'\nset system time-zone 'Asia/Tokyo'\n" +
        "set firewall group port-group WEB port '80'\nset firewall group port-group WEB port '443'\n",
    );
  });
});
