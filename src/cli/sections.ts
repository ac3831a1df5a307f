import type { EventRecord, ExperimentStatus, PathStatus, ProofStatus, RouterStatus } from '../api/status.ts';
import { formatSince, formatSpan, formatTable } from './table.ts';
import type { ObjectView } from './view.ts';

/** A part of `hinge describe`: a heading and lines below it; nothing at all when there are none. */
export interface Section {
  readonly heading: string;
  readonly text: string;
}

export const indent = (text: string, by = 2): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(by) + line))
    .join('\n');

/** The conditions of an object as a table; says so when there are none. */
export function conditionsText(view: ObjectView, now: number): string {
  const conditions = view.status?.conditions ?? [];
  if (conditions.length === 0) return 'no conditions: the operator has not seen this object yet';
  return formatTable(
    ['TYPE', 'STATUS', 'REASON', 'SINCE', 'MESSAGE'],
    conditions.map(({ type, status, reason, lastTransitionTime, message }) => [
      type,
      status,
      reason,
      formatSince(lastTransitionTime, now),
      message,
    ]),
  );
}

const table = (
  heading: string,
  head: readonly string[],
  rows: readonly (readonly string[])[] | undefined,
): Section[] => (rows === undefined || rows.length === 0 ? [] : [{ heading, text: formatTable(head, rows) }]);

function routerSections(status: RouterStatus, now: number): Section[] {
  const facts = [
    ['Node', status.node],
    ['Container', status.container],
    ['Task', status.task],
    ['AS number', status.asn === undefined ? undefined : String(status.asn)],
    ['Router ID', status.routerId],
    ['Loopback', status.loopback],
    ['Locator', status.locator],
    ['Configuration', status.configHash],
  ].flatMap(([name = '', value]) => (value === undefined ? [] : [`${`${name}:`.padEnd(15)} ${value}`]));
  return [
    ...(facts.length > 0 ? [{ heading: 'In effect', text: facts.join('\n') }] : []),
    ...table(
      'Interfaces',
      ['LINK', 'INTERFACE', 'ADDRESS', 'MAC'],
      status.interfaces?.map(({ link, name, address, mac }) => [link, name, address, mac]),
    ),
    ...table(
      'Sessions',
      ['PEER', 'ASN', 'ADDRESS', 'STATE', 'UP', 'PREFIXES'],
      status.sessions?.map(({ peer, asn, address, state, establishedAt, uptime, prefixesReceived }) => [
        peer,
        String(asn),
        address,
        state,
        establishedAt === undefined && uptime !== undefined
          ? formatSpan(uptime * 1000)
          : formatSince(establishedAt, now),
        String(prefixesReceived),
      ]),
    ),
  ];
}

function proofText(proof: ProofStatus, now: number): string {
  const way = (hops: ProofStatus['forward']['hops']): string =>
    hops.map(({ router, address }) => `${router} (${address})`).join(' > ');
  return [
    `checked  ${formatSince(proof.checkedAt, now)} ago`,
    `forward  ${way(proof.forward.hops)}`,
    `reverse  ${way(proof.reverse.hops)}`,
    ...(proof.asPath.length === 0 ? [] : [`AS path  ${proof.asPath.join(' ')}`]),
  ].join('\n');
}

function pathSections(status: PathStatus, now: number): Section[] {
  return [
    ...table(
      'Links',
      ['BETWEEN', 'SUBNET', 'ADDRESSES', 'NETWORK'],
      status.links?.map(({ between, subnet, addresses, network }) => [
        between.join(' - '),
        subnet,
        addresses.join(' - '),
        network,
      ]),
    ),
    ...(status.proof === undefined ? [] : [{ heading: 'Proof', text: proofText(status.proof, now) }]),
  ];
}

function experimentSections(status: ExperimentStatus, now: number): Section[] {
  return [
    ...table(
      'Hosts',
      ['NAME', 'ADDRESS', 'NODE'],
      status.hosts?.map(({ name, address, node }) => [name, address, node ?? '']),
    ),
    ...table(
      'Connections',
      ['NAME', 'LAYER', 'PATH', 'ADDRESSES', 'RTT', 'LOSS'],
      status.connections?.map(({ name, layer, path, addresses, rttMs, lossPercent }) => [
        name,
        String(layer),
        path,
        addresses === undefined ? '' : `${addresses.from} - ${addresses.to}`,
        rttMs === undefined ? '' : `${rttMs.toFixed(2)} ms`,
        lossPercent === undefined ? '' : `${lossPercent.toString()} %`,
      ]),
    ),
    ...(status.connections ?? []).flatMap(({ name, proof }) =>
      proof === undefined ? [] : [{ heading: `Proof of ${name}`, text: proofText(proof, now) }],
    ),
  ];
}

/** What an object's status says besides its conditions. @param now milliseconds since the epoch */
export function statusSections(view: ObjectView, now: number): Section[] {
  if (view.status === undefined) return [];
  switch (view.ref.kind) {
    case 'Router':
      return routerSections(view.status, now);
    case 'Path':
      return pathSections(view.status, now);
    case 'Experiment':
      return experimentSections(view.status, now);
  }
}

const EVENT_HEAD = ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'COUNT', 'MESSAGE'];

/** Events as a table, in the order given. */
export const eventsText = (events: readonly EventRecord[], now: number): string =>
  formatTable(
    EVENT_HEAD,
    events.map(({ lastTimestamp, type, reason, object, count, message }) => [
      formatSince(lastTimestamp, now),
      type,
      reason,
      `${object.kind.toLowerCase()}/${object.name}`,
      String(count),
      message,
    ]),
  );
