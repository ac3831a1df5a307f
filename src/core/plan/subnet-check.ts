import { finding, type Finding } from './finding.ts';
import { canonicalPrefix, overlap, parsePrefix } from './ipv4.ts';
import { NARROWEST, WIDEST } from './subnet.ts';

/** What no interface can have as its subnet. */
const RESERVED = [
  { range: parsePrefix('0.0.0.0/8'), why: '"this network" (RFC 791)' },
  { range: parsePrefix('127.0.0.0/8'), why: 'loopback (RFC 1122)' },
  { range: parsePrefix('224.0.0.0/3'), why: 'multicast and reserved (RFC 1112)' },
];

/** A prefix whose host bits are not zero. */
export function checkHostBits(text: string, field: string): Finding[] {
  const network = canonicalPrefix(text);
  if (network === text) return [];
  return [
    finding(
      'HostBits',
      field,
      text,
      `${text} has bits set beyond its length: the prefix would be ${network}.`,
    ),
  ];
}

/** A subnet that a link or an access network cannot have. */
export function checkSubnet(text: string, field: string): Finding[] {
  const { length } = parsePrefix(text);
  const size = `A subnet is a /${WIDEST.toString()} to /${NARROWEST.toString()}, half of it for hinge and half for Swarm`;
  const found = [...checkHostBits(text, field), ...checkReserved(text, field)];
  if (length < WIDEST) found.push(finding('SubnetTooLarge', field, text, `${size}; ${text} is too large.`));
  if (length > NARROWEST)
    found.push(finding('SubnetTooSmall', field, text, `${size}; ${text} is too small.`));
  return found;
}

/** Addresses that are not for hosts. */
export function checkReserved(text: string, field: string): Finding[] {
  const prefix = parsePrefix(text);
  return RESERVED.filter(({ range }) => overlap(range, prefix)).map(({ why }) =>
    finding('SubnetReserved', field, text, `${text} overlaps addresses that are set aside for ${why}.`),
  );
}
