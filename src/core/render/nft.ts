import type { DesiredFlow } from '../plan/desired-segments.ts';
import type { Selection } from '../plan/selection.ts';

/** The one table of packet filtering that hinge makes in a router. */
export const NFT_TABLE = 'ip hinge';

/** Takes the table away, whether it is there or not. */
const NOTHING = `table ${NFT_TABLE}\ndelete table ${NFT_TABLE}\n`;

/**
 * What gives packets the marks of their flows, for `nft -f`: the whole table anew, in one transaction, so that no packet meets half of it. The
 * first flow that matches has the packet.
 */
export function nftText(flows: readonly DesiredFlow[]): string {
  if (flows.length === 0) return NOTHING;
  const rules = flows.map((flow) => `    ${ruleOf(flow)}\n`).join('');
  return `${NOTHING}table ${NFT_TABLE} {
  chain steer {
    type filter hook prerouting priority mangle; policy accept;
${rules}  }
}
`;
}

const ruleOf = ({ source, destination, selection, way, number }: DesiredFlow): string =>
  [
    `ip saddr ${source}`,
    `ip daddr ${destination}`,
    ...(selection === undefined ? [] : matches(selection, way)),
    `meta mark set 0x${number.toString(16)} accept`,
  ].join(' ');

function matches({ dscp, protocol, ports }: Selection, way: DesiredFlow['way']): readonly string[] {
  const ranges = ports.map(({ first, last }) =>
    first === last ? String(first) : `${String(first)}-${String(last)}`,
  );
  const carriers = protocol === undefined ? (ports.length > 0 ? '{ tcp, udp }' : undefined) : protocol;
  return [
    ...(dscp === undefined ? [] : [`ip dscp ${String(dscp)}`]),
    ...(carriers === undefined ? [] : [`meta l4proto ${carriers}`]),
    ...(ports.length === 0 ? [] : [`th ${way === 'forward' ? 'dport' : 'sport'} { ${ranges.join(', ')} }`]),
  ];
}
