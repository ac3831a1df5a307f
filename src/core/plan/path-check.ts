import type { Path } from '../../api/path.ts';
import { finding, type Finding } from './finding.ts';
import { canonicalPrefix } from './ipv4.ts';
import { checkLinkSessions, checkLinkShapes } from './link-shape-check.ts';
import { listing } from './listing.ts';
import { linkKey } from './owners.ts';
import { pairsOf } from './pairs.ts';
import { checkRouterReference } from './reference-check.ts';
import { checkSegmentMtu } from './segment-mtu-check.ts';
import { checkSubnet } from './subnet-check.ts';
import type { Want } from './want.ts';
import type { World } from './world.ts';

/** What is wrong with a Path, given the Routers that there are. */
export function checkPath(path: Path, world: World): Finding[] {
  return [
    ...checkVia(path, world),
    ...checkSystems(path, world),
    ...checkHops(path),
    ...checkLinkShapes(path, world),
    ...checkLinkSessions(path, world),
    ...checkSegmentMtu(path, world),
  ];
}

function checkVia({ spec }: Path, world: World): Finding[] {
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const [index, name] of spec.via.entries()) {
    const field = `spec.via[${index.toString()}]`;
    if (seen.has(name)) {
      found.push(
        finding('RepeatedRouter', field, name, `A Path passes a Router once; ${name} is there already.`),
      );
    } else {
      found.push(...checkRouterReference(name, field, world));
    }
    seen.add(name);
  }
  return found;
}

/** BGP's loop prevention: a router takes no route whose AS path has its own AS. Over SRv6 no route decides. */
function checkSystems({ spec }: Path, world: World): Finding[] {
  if (spec.engineering === 'srv6' || new Set(spec.via).size < spec.via.length) return [];
  /** By AS number: its last router so far. */
  const last = new Map<string, number>();
  for (const [index, name] of spec.via.entries()) {
    const asn = world.asn(name);
    const before = asn === undefined ? undefined : last.get(asn);
    if (asn !== undefined && before !== undefined && before < index - 1) {
      const [leaver, between] = [spec.via[before] ?? '', spec.via.slice(before + 1, index)];
      const message =
        `This Path leaves AS ${asn} at ${leaver} and comes back to it at ${name}: BGP takes no route whose AS path has the router's own AS. ` +
        `Give ${listing([leaver, name])} different AS numbers, or ${listing(between)} the same one, or write engineering: srv6, which needs no routes.`;
      const blockers = [leaver, ...between, name].map((router) => `Router/${router}`);
      return [finding('RepeatedAs', `spec.via[${index.toString()}]`, name, message, blockers)];
    }
    if (asn !== undefined) last.set(asn, index);
  }
  return [];
}

function checkHops(path: Path): Finding[] {
  const found: Finding[] = [];
  const pairs = new Set(pairsOf(path).map((pair) => pair.key));
  const seen = new Set<string>();
  for (const [index, hop] of (path.spec.hops ?? []).entries()) {
    const field = `spec.hops[${index.toString()}]`;
    const key = linkKey(...hop.between);
    const between = hop.between.join(', ');
    if (!pairs.has(key)) {
      found.push(finding('NotAHop', `${field}.between`, between, noHop(path, hop.between[0])));
    } else if (seen.has(key)) {
      const message = `The hop ${between} has an entry above already; one entry per hop.`;
      found.push(finding('RepeatedHop', `${field}.between`, between, message));
    }
    seen.add(key);
    if (hop.subnet !== undefined) found.push(...checkSubnet(hop.subnet, `${field}.subnet`));
  }
  return found;
}

function noHop(path: Path, router: string): string {
  const pairs = pairsOf(path).filter(({ first, second }) => first === router || second === router);
  if (pairs.length === 0) return `${router} is not on this Path. An entry names two neighbours of spec.via.`;
  const neighbours = pairs.map(({ first, second }) => (first === router ? second : first));
  return `These are no neighbours on this Path. Those of ${router} are ${listing(neighbours)}.`;
}

/** A subnet for each link. */
export function pathWants(path: Path): Want[] {
  const written = new Map<string, { readonly subnet: string; readonly field: string }>();
  for (const [index, { between, subnet }] of (path.spec.hops ?? []).entries()) {
    const key = linkKey(...between);
    if (subnet === undefined || written.has(key)) continue;
    written.set(key, { subnet: canonicalPrefix(subnet), field: `spec.hops[${index.toString()}].subnet` });
  }
  return pairsOf(path).map(({ key, first }, index) => {
    const pin = written.get(key);
    const field = pin?.field ?? `spec.via[${index.toString()}]`;
    return { pool: 'subnet', owner: key, value: pin?.subnet, first, field };
  });
}
