import type { PathStatus, ProofStatus } from '../../api/status.ts';
import { CONFIGURING, TOO_SLOW, type Verdict } from '../prove/verdict.ts';
import type { DesiredPath } from '../plan/desired.ts';
import { type Finding, found, missing, unknown } from './conditions.ts';
import { type SegmentedRouter, segmentedFindings } from './segmented.ts';
import { impairedFindings, type ShapedEnd } from './impaired.ts';

/** Everything known about one Path after a look at it. */
export interface PathFacts {
  readonly valid: Finding;
  /** Undefined: nothing is planned for it. */
  readonly path: DesiredPath | undefined;
  /** By network key: its Docker name and whether both ends are plugged in. */
  readonly links: ReadonlyMap<string, { readonly name: string; readonly plugged: boolean }>;
  /** Links (by network key) without an established session. */
  readonly sessionsDown: readonly string[];
  /** What became of a router's end of a link (by network key) that has properties; undefined: not looked at yet. */
  readonly shapedEnd: (router: string, network: string) => ShapedEnd | undefined;
  /** What became of a router's part in SRv6; undefined: not looked at yet. */
  readonly segmentedRouter: (router: string) => SegmentedRouter | undefined;
  /** Undefined: not tried yet. */
  readonly verdict: Verdict | undefined;
  readonly proof: ProofStatus | undefined;
  /** Why the proof could not even be tried. */
  readonly probeFailure: string | undefined;
  /** A connection names it. */
  readonly used: boolean;
}

export function pathFindings(facts: PathFacts): readonly Finding[] {
  const { valid, path } = facts;
  if (path === undefined) {
    const types = ['Linked', 'Established', 'Proven'];
    return [valid, ...types.map((type) => unknown(type, 'NotPlanned', 'nothing runs for this object'))];
  }
  return [
    valid,
    linked(path, facts),
    established(path, facts),
    ...impairedFindings(path, facts.shapedEnd),
    ...segmentedFindings(path, facts.segmentedRouter, facts.used),
    provenWhenUsed(facts),
  ];
}

function linked(path: DesiredPath, { links }: PathFacts): Finding {
  const open = path.links.filter(({ network }) => links.get(network)?.plugged !== true);
  if (open.length === 0)
    return found('Linked', 'Linked', `${String(path.links.length)} links are plugged in`);
  return missing('Linked', 'Plugging', `not plugged in at both ends yet: ${open.map(between).join(', ')}`);
}

function established(path: DesiredPath, { sessionsDown }: PathFacts): Finding {
  const down = path.links.filter(({ network }) => sessionsDown.includes(network));
  if (down.length === 0)
    return found('Established', 'Established', 'the BGP session of every link is established');
  return missing('Established', 'SessionsDown', `no established session: ${down.map(between).join(', ')}`);
}

/** Traffic is only steered where a connection wants it: a Path that none names is proven when it is the plain way as well. */
function provenWhenUsed(facts: PathFacts): Finding {
  if (facts.path?.engineering === 'srv6' && !facts.used) {
    const message = 'no connection names this Path, so nothing is sent along its segments';
    return { ...unknown('Proven', 'NotUsed', message), neutral: true };
  }
  const finding = proven(facts);
  const elsewhere = facts.verdict?.reason === 'OtherPath' || facts.verdict?.reason === 'OtherAsPath';
  if (facts.used || facts.probeFailure !== undefined || !elsewhere) return finding;
  const message = `no connection names this Path, and until one does plain BGP goes another way: ${finding.message}`;
  return { ...unknown('Proven', 'NotUsed', message), neutral: true };
}

export function proven({ verdict, probeFailure }: Pick<PathFacts, 'verdict' | 'probeFailure'>): Finding {
  if (probeFailure !== undefined) return missing('Proven', 'ProbeFailed', probeFailure);
  if (verdict === undefined)
    return unknown('Proven', 'NotProbed', 'packets are sent when all links are plugged in');
  if (verdict.reason === TOO_SLOW)
    return { ...unknown('Proven', verdict.reason, verdict.message), neutral: true };
  if (verdict.reason === CONFIGURING) return unknown('Proven', verdict.reason, verdict.message);
  return verdict.proven
    ? found('Proven', verdict.reason, verdict.message)
    : missing('Proven', verdict.reason, verdict.message);
}

const between = (link: DesiredPath['links'][number]): string => link.between.join(' – ');

/** All of a Path's status but its conditions. */
export function pathBody(facts: PathFacts): Omit<PathStatus, 'conditions' | 'observedGeneration'> {
  const { path, links, proof } = facts;
  if (path === undefined) return {};
  return {
    links: path.links.map(({ between: pair, network, subnet, addresses }) => ({
      between: pair,
      network: links.get(network)?.name ?? network,
      subnet,
      addresses,
    })),
    ...(proof !== undefined && { proof }),
  };
}
