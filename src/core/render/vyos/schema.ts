import type { VyosRelease } from '../../../api/router.ts';

/**
 * What lines alone do not say: VyOS's grammar is in its command definitions. These tables hold what hinge writes itself, and
 * what is common in users' own lines; each entry is the end of a path, names without tags, and `*` stands for any one name.
 */

/** Blocks with a tag. */
const TAGGED = [
  'interfaces/*',
  '*/vif',
  '*/vif-s',
  '*/vif-c',
  'member/interface',
  'vxlan/vlan-to-vni',
  '*/peer',
  '*/rule',
  'policy/access-list',
  'policy/access-list6',
  'policy/as-path-list',
  'policy/community-list',
  'policy/extcommunity-list',
  'policy/large-community-list',
  'policy/prefix-list',
  'policy/prefix-list6',
  'policy/route-map',
  'policy/route',
  'policy/route6',
  'static/route',
  'static/route6',
  'static/table',
  'table/route',
  'table/route6',
  'arp/interface',
  'route/interface',
  'route6/interface',
  'route/next-hop',
  'route6/next-hop',
  'protocols/bfd/profile',
  'bgp/neighbor',
  'bgp/peer-group',
  'bgp/interface',
  'listen/range',
  'neighbor/local-as',
  'neighbor/local-role',
  'ipv4-unicast/network',
  'ipv6-unicast/network',
  'ipv4-unicast/aggregate-address',
  'ipv6-unicast/aggregate-address',
  'l2vpn-evpn/vni',
  'segment-routing/interface',
  'segment-routing/srv6/locator',
  'ospf/area',
  'ospf/interface',
  'ospfv3/area',
  'ospfv3/interface',
  'isis/interface',
  'vrf/name',
  'login/user',
  'authentication/public-keys',
  'sysctl/parameter',
  'static-host-mapping/host-name',
  'task-scheduler/task',
  'ip/protocol',
  'ipv6/protocol',
  'ntp/server',
  'snmp/community',
  'keys/id',
  'lldp/interface',
  'router-advert/interface',
  'dhcp-server/shared-network-name',
  'shared-network-name/subnet',
  'container/name',
  'container/network',
  'pki/ca',
  'pki/certificate',
  'firewall/name',
  'ipv4/name',
  'ipv6/name',
  'firewall/group/*',
] as const;

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

/** Words that are names of options or blocks also after one of these. */
const NAMES: ReadonlySet<string> = new Set(
  'vpn vrf multipath-relax confed ignore next autoconf no-default-link-local'.split(' '),
);

/** Names of interfaces, which are values wherever they are no tag. */
const INTERFACE =
  /^(lo|(eth|br|bond|dum|vxlan|wg|tun|vti|peth|pppoe|vtun|veth|gnv|wlan|l2tpeth|macsec)[0-9]+(\.[0-9]+)*)$/;

/** Options that keep all the values they are given; any other keeps the last one. */
const SEVERAL = [
  'interfaces/*/address',
  'vif/address',
  'vxlan/remote',
  '*/listen-address',
  '*/name-server',
  '*/domain-search',
  'community/add',
  'community/replace',
  'large-community/add',
  'large-community/replace',
  'route-target/both',
  'route-target/import',
  'route-target/export',
  'confederation/peers',
  'interface/allowed-vlan',
] as const;

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

export const isBlock = (name: string): boolean => BLOCKS.has(name);

/** Whether an unquoted word after an option is its value: it could be no name, or the option is known to have one. */
export const isValue = (name: string, word: string): boolean =>
  (LEAVES.has(name) && !NAMES.has(word)) ||
  INTERFACE.test(word) ||
  !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(word);

/** @param path names without tags, the option's own last. */
export const hasSeveral = (path: readonly string[]): boolean =>
  SEVERAL.some((pattern) => endsLike(path, pattern));
