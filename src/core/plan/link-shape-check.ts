import type { Impairment, LinkProperties, Path } from '../../api/path.ts';
import { finding, type Finding } from './finding.ts';
import { sameTerms, sessionsOf, termsText } from './link-sessions.ts';
import { bitsPerSecond, microseconds, sameShape, shapesOf, shapeText } from './link-shape.ts';
import { listing } from './listing.ts';
import { describeOwner } from './owners.ts';
import type { NamedBy } from './shared-links.ts';
import type { World } from './world.ts';

/** An overlay's interfaces have this MTU, in bytes: what is longer does not pass. */
export const OVERLAY_MTU = 1450;
/** What tc takes goes up to 274 s (2³² ticks of 64 ns). */
const LONGEST_US = 240e6;
const SLOWEST = 1e3;
const FASTEST = 100e9;

/** What is wrong with the properties of links, by themselves and beside those of other Paths. */
export function checkLinkShapes(path: Path, world: Pick<World, 'shapes'>): Finding[] {
  const { links, hops = [] } = path.spec;
  const found = [
    ...(links === undefined ? [] : checkProperties(links, links, 'spec.links')),
    ...hops.flatMap((hop, index) => {
      const field = `spec.hops[${index.toString()}]`;
      const there = { ...links, ...hop };
      const { reverse = {} } = hop;
      return [
        ...checkProperties(hop, there, field),
        ...checkImpairment(reverse, { ...there, ...reverse }, `${field}.reverse`),
      ];
    }),
  ];
  return found.length > 0 ? found : checkAgreement(path, world);
}

function checkProperties(written: LinkProperties, effective: LinkProperties, field: string): Finding[] {
  const found = checkImpairment(written, effective, field);
  const { mtu } = written;
  if (mtu !== undefined && mtu > OVERLAY_MTU) {
    const most = OVERLAY_MTU.toString();
    const message = `Links are overlay networks, and these carry packets of at most ${most} bytes.`;
    found.push(finding('Invalid', `${field}.mtu`, mtu.toString(), message));
  }
  return found;
}

/** @param effective with what is inherited. */
function checkImpairment(written: Impairment, effective: Impairment, field: string): Finding[] {
  const found: Finding[] = [];
  const invalid = (name: keyof Impairment, message: string): void => {
    found.push(finding('Invalid', `${field}.${name}`, written[name] ?? '', message));
  };
  if (written.rate !== undefined) {
    const rate = bitsPerSecond(written.rate);
    if (rate < SLOWEST || rate > FASTEST) invalid('rate', 'A rate is 1kbit to 100gbit.');
  }
  for (const name of ['delay', 'jitter'] as const)
    if (microseconds(written[name]) > LONGEST_US) invalid(name, `A ${name} is at most 4m.`);
  if (microseconds(effective.delay) > 0) return found;
  const words = { jitter: 'Jitter varies a delay', reorder: 'Packets that are reordered skip a delay' };
  for (const name of ['jitter', 'reorder'] as const)
    if (written[name] !== undefined && Number.parseFloat(written[name]) > 0)
      invalid(name, `${words[name]}, and there is none: name a delay too.`);
  return found;
}

/** A link has the properties that the first Path names; who names none leaves them to the others. */
const checkAgreement = (path: Path, world: Pick<World, 'shapes'>): Finding[] =>
  shapesOf(path).flatMap(({ key, field, shape }) => {
    const differing = world.shapes(key).filter(({ value }) => !sameShape(value, shape));
    return disagreement(key, field, shape, differing, shapeText);
  });

/** The same for the session over it. */
export const checkLinkSessions = (path: Path, world: Pick<World, 'sessions'>): Finding[] =>
  sessionsOf(path).flatMap(({ key, field, terms }) => {
    const differing = world.sessions(key).filter(({ value }) => !sameTerms(value, terms));
    return disagreement(key, field, terms, differing, termsText);
  });

/** @param differing what other Paths name for the link. */
function disagreement<T>(
  key: string,
  field: string,
  value: T,
  differing: readonly NamedBy<T>[],
  textOf: (value: T) => string,
): Finding[] {
  const [holder] = differing;
  if (holder === undefined) return [];
  const others = differing.map(({ user }) => user).sort();
  const message = `${describeOwner(key)} is shared with ${listing(others)} and has ${textOf(holder.value)} there. Name the same, or nothing, or change it in all of them.`;
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return [finding('Conflict', field, textOf(value), sentence, others)];
}
