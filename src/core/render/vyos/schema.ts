import type { VyosRelease } from '../../../api/router.ts';

/**
 * What lines alone do not say: VyOS's grammar is in its command definitions. These tables hold what hinge writes itself, and
 * what is common in users' own lines; each entry is the end of a path, names without tags, and `*` stands for any one name.
 */

/** Blocks with a tag. */
const TAGGED: readonly string[] = (
  'interfaces/* */vif */vif-s */vif-c bridge/member/interface vxlan/vlan-to-vni wireguard/peer dhcpv6-options/pd pd/interface ' +
  '*/rule policy/access-list policy/access-list6 policy/as-path-list policy/community-list policy/extcommunity-list ' +
  'policy/large-community-list policy/prefix-list policy/prefix-list6 policy/route-map policy/route policy/route6 ' +
  'static/route static/route6 static/table table/route table/route6 route/next-hop route6/next-hop ' +
  'static/route/interface static/route6/interface table/route/interface table/route6/interface arp/interface arp/interface/address ' +
  'static/interface-route interface-route/next-hop-interface ' +
  'protocols/bfd/profile bfd/peer bgp/neighbor bgp/peer-group bgp/interface listen/range neighbor/local-as neighbor/local-role ' +
  'ipv4-unicast/network ipv6-unicast/network ipv4-unicast/aggregate-address ipv6-unicast/aggregate-address l2vpn-evpn/vni ' +
  'segment-routing/interface segment-routing/srv6/locator rpki/cache ldp/neighbor ' +
  'ospf/area ospf/interface ospf/neighbor area/range area/virtual-link ospfv3/area ospfv3/interface isis/interface ' +
  'rip/interface ripng/interface babel/interface pim/interface pim6/interface ' +
  'vrf/name login/user authentication/public-keys radius/server tacacs/server sysctl/parameter sysctl/custom sysctl/all static-host-mapping/host-name ' +
  'task-scheduler/task ip/protocol ipv6/protocol syslog/host syslog/file syslog/user syslog/remote */facility ' +
  'ntp/server snmp/community snmp/listen-address snmp/trap-target keys/id lldp/interface ' +
  'router-advert/interface router-advert/interface/prefix router-advert/interface/route ' +
  'dhcp-server/shared-network-name dhcpv6-server/shared-network-name shared-network-name/subnet subnet/range subnet/static-mapping ' +
  'forwarding/domain forwarding/authoritative-domain vrrp/group vrrp/sync-group vrrp/group/address ' +
  'container/name container/network container/registry container/name/environment container/name/port container/name/volume ' +
  'container/name/network pki/ca pki/certificate pki/key-pair pki/dh ' +
  'firewall/name ipv4/name ipv6/name bridge/name firewall/group/* firewall/zone zone/from firewall/flowtable ' +
  'qos/interface qos/policy/* qos/policy/*/class class/match ' +
  'ipsec/esp-group ipsec/ike-group esp-group/proposal ike-group/proposal site-to-site/peer peer/tunnel authentication/psk'
).split(' ');

/** Blocks without a tag that mean something when they are empty; others without a value are options of a block. */
const BLOCKS: ReadonlySet<string> = new Set(
  (
    'ipv4-unicast ipv6-unicast ipv4-multicast ipv6-multicast ipv4-labeled-unicast ipv6-labeled-unicast ipv4-vpn ipv6-vpn ' +
    'ipv4-flowspec ipv6-flowspec l2vpn-evpn srv6 connected static kernel ospf ospfv3 rip ripng isis babel bfd blackhole reject ' +
    'default-originate graceful-restart nexthop-self remove-private-as allowas-in rest graphql ssh lldp https snmp ntp api bgp'
  ).split(' '),
);

/** Options whose value people write without quotes although it could be the name of a block. */
const LEAVES: ReadonlySet<string> = new Set(
  (
    'host-name domain-name time-zone description action regex call prefix-list access-list as-path community-list ' +
    'large-community-list local-preference metric weight origin import export profile locator segments encrypted-password ' +
    'plaintext-password key type value level vrf password update-source source-interface interface redirect mode speed duplex route-map ' +
    'address protocol default-action state facility address-group network-group port-group interface-group peer-group server'
  ).split(' '),
);

/** Options with one value wherever they are: a further word is part of a value whose quotes are missing. */
const TEXTS: ReadonlySet<string> = new Set(
  (
    'host-name domain-name time-zone description mac hw-id mtu remote-as update-source regex plaintext-password ' +
    'encrypted-password'
  ).split(' '),
);

/** Words that are names of options or blocks also after one of these. */
const NAMES: ReadonlySet<string> = new Set(
  'vpn vrf multipath-relax confed ignore next autoconf no-default-link-local'.split(' '),
);

/** Names of interfaces, which are values wherever they are no tag. */
const INTERFACE =
  /^(lo|(eth|br|bond|dum|vxlan|wg|tun|vti|peth|pppoe|vtun|veth|gnv|wlan|l2tpeth|macsec)[0-9]+(\.[0-9]+)*)$/;

/** Options that hinge writes and that keep all the values they are given. */
const SEVERAL = ['interfaces/*/address', 'community/add', 'community/replace'] as const;

/** Options that keep the last value they are given, besides those that hinge writes. */
const ONE: ReadonlySet<string> = new Set(
  (
    'domain-name time-zone description action mac hw-id vrf key type plaintext-password encrypted-password remote-as ' +
    'update-source ebgp-multihop weight distance table local-preference metric mode speed duplex level'
  ).split(' '),
);

/** Names are of lower-case letters, digits and hyphens: another word on the way to an option is the tag of the block before it. */
export const isTag = (word: string): boolean =>
  /^[\w.:/@%+-]+$/.test(word) && (!/^[a-z0-9-]*[a-z][a-z0-9-]*$/.test(word) || INTERFACE.test(word));

function endsLike(path: readonly string[], pattern: string): boolean {
  const names = pattern.split('/');
  const end = path.slice(-names.length);
  if (end.length < names.length) return false;
  // Groups of top-level names, such as interfaces, are at the top only.
  if (names[0] === 'interfaces' && path.length !== names.length) return false;
  return names.every((name, index) => name === '*' || name === end[index]);
}

/** @param path names without tags, the block's own last. */
export const isTagged = (path: readonly string[], release: VyosRelease): boolean =>
  (release === '1.3' && path.join('/') === 'protocols/bgp') ||
  TAGGED.some((pattern) => endsLike(path, pattern));

export const isText = (name: string): boolean => TEXTS.has(name);

export const isBlock = (name: string): boolean => BLOCKS.has(name);

/** Whether an unquoted word after an option is its value: it could be no name, or the option is known to have one. */
export const isValue = (name: string, word: string): boolean =>
  (LEAVES.has(name) && !NAMES.has(word)) ||
  INTERFACE.test(word) ||
  !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(word);

/**
 * Whether a further value takes the place of the one that is there. Of options that are in no table both stay, one after the other: VyOS
 * takes both where it can, and the last one where it cannot. @param path names without tags, the option's own last. @param own hinge wrote it.
 */
export const isReplaced = (path: readonly string[], own: boolean): boolean =>
  !SEVERAL.some((pattern) => endsLike(path, pattern)) && (own || ONE.has(path.at(-1) ?? ''));
