import type { RouterSpec, VyosRelease } from '../../../api/router.ts';

interface Version {
  /** What wrote the file, as its last line says. */
  readonly release: string;
  /** Versions of the configuration's components, in the order in which the release writes them. */
  readonly components: readonly string[];
}

const VERSIONS: Readonly<Record<VyosRelease, Version>> = {
  '1.3': {
    release: '1.3.1',
    components: [
      'broadcast-relay@1 cluster@1 config-management@1 conntrack@3 conntrack-sync@2 dhcp-relay@2',
      'dhcp-server@6 dhcpv6-server@1 dns-forwarding@3 firewall@5 https@2 interfaces@22 ipoe-server@1',
      'ipsec@5 isis@1 l2tp@3 lldp@1 mdns@1 nat@5 ntp@1 pppoe-server@5 pptp@2 qos@1 quagga@8 rpki@1',
      'salt@1 snmp@2 ssh@2 sstp@3 system@21 vrrp@2 vyos-accel-ppp@2 wanloadbalance@3 webproxy@2',
      'zone-policy@1',
    ],
  },
  '1.4': {
    release: '1.4.0',
    components: [
      'bgp@5 broadcast-relay@1 cluster@2 config-management@1 conntrack@5 conntrack-sync@2 container@2',
      'dhcp-relay@2 dhcp-server@8 dhcpv6-server@1 dns-dynamic@4 dns-forwarding@4 firewall@15',
      'flow-accounting@1 https@6 ids@1 interfaces@32 ipoe-server@3 ipsec@13 isis@3 l2tp@9 lldp@2 mdns@1',
      'monitoring@1 nat@8 nat66@3 ntp@3 openconnect@3 ospf@2 pim@1 policy@8 pppoe-server@10 pptp@5',
      'qos@2 quagga@11 reverse-proxy@1 rip@1 rpki@2 salt@1 snmp@3 ssh@2 sstp@6 system@27 vrf@3 vrrp@4',
      'vyos-accel-ppp@2 wanloadbalance@3 webproxy@2',
    ],
  },
  '1.5': {
    release: '1.5-rolling-202410210006',
    components: [
      'bgp@5 broadcast-relay@1 cluster@2 config-management@1 conntrack@5 conntrack-sync@2 container@2',
      'dhcp-relay@2 dhcp-server@11 dhcpv6-server@6 dns-dynamic@4 dns-forwarding@4 firewall@17',
      'flow-accounting@1 https@7 ids@1 interfaces@33 ipoe-server@4 ipsec@13 isis@3 l2tp@9 lldp@2 mdns@1',
      'monitoring@1 nat@8 nat66@3 ntp@3 openconnect@3 openvpn@4 ospf@2 pim@1 policy@8 pppoe-server@11',
      'pptp@5 qos@2 quagga@11 reverse-proxy@2 rip@1 rpki@2 salt@1 snmp@3 ssh@2 sstp@6 system@27 vrf@3',
      'vrrp@4 vyos-accel-ppp@2 wanloadbalance@3 webproxy@2',
    ],
  },
};

/** The last lines of a `config.boot` that the release would write itself. */
export function footerOf(release: VyosRelease): readonly string[] {
  const { release: name, components } = VERSIONS[release];
  const versions = components.flatMap((line) => line.split(' ')).join(':');
  return [
    '// Warning: Do not remove the following line.',
    `// vyos-config-version: "${versions}"`,
    `// Release version: ${name}`,
  ];
}

/** What newer ones are written like, and what is taken when neither object nor image says. */
const USUAL_RELEASE: VyosRelease = '1.4';

const NAMES: readonly (readonly [RegExp, VyosRelease])[] = [
  [/(^|[^0-9.])1\.3([^0-9]|$)|equuleus/, '1.3'],
  [/(^|[^0-9.])1\.4([^0-9]|$)|sagitta/, '1.4'],
  [/(^|[^0-9.])1\.5([^0-9]|$)|circinus|rolling|current|stream/, '1.5'],
];

/** The release that an image's tag, or else its name, tells. @returns undefined: neither does. */
export function releaseOfImage(image: string): VyosRelease | undefined {
  const plain = image.toLowerCase().replace(/@sha256:.*$/, '');
  const [, name = plain, tag = ''] = /^(.*?)(?::([^:/]*))?$/.exec(plain) ?? [];
  const [last = ''] = name.split('/').slice(-1);
  for (const text of [tag, last])
    for (const [pattern, release] of NAMES) if (pattern.test(text)) return release;
  return undefined;
}

/** What the object says, or what its image tells. */
export const releaseOf = ({ release, image }: Pick<RouterSpec, 'release' | 'image'>): VyosRelease =>
  release ?? (image === undefined ? undefined : releaseOfImage(image)) ?? USUAL_RELEASE;
