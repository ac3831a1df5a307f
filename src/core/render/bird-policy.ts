import { type ExportRule, type ImportRule, lengthsOf, WELL_KNOWN } from '../../api/bgp.ts';
import { isInternal } from '../plan/autonomous-system.ts';
import type { DesiredSession } from '../plan/desired.ts';
import { canonicalPrefix } from '../plan/ipv4.ts';
import { asPathMask } from './bird-as-path.ts';
import { symbolOf } from './bird-names.ts';
import { pathPreference } from './route-map.ts';
import type { RenderedRouter } from './router.ts';
import { sortedPrefixes } from './routing.ts';

/** What of the routes goes into the kernel. */
export const KERNEL_FILTER = 'hinge_kernel_routes';

/** The inside of a set, one pattern a line. */
export const prefixSet = (patterns: readonly string[], indent: number): string[] =>
  patterns.map(
    (pattern, index) => `${' '.repeat(indent)}${pattern}${index === patterns.length - 1 ? '' : ','}`,
  );

/**
 * What is heard from a neighbour: rules decide, then Paths outweigh what these prefer (ADR 8). In an AS of several routers by BIRD's own
 * preference, which comes before all local preferences and stays in the router, as FRR's weight does; above BGP's 100, and below that of what
 * the router originates.
 */
export function importFilter(router: RenderedRouter, session: DesiredSession): string[] {
  const symbol = symbolOf(session.address);
  const rules = session.policy?.import ?? [];
  const preferred = sortedPrefixes(
    router.preferred.filter(({ from }) => from === session.address).map(({ prefix }) => prefix),
  );
  const { localPreference } = pathPreference(router);
  const set =
    localPreference === undefined ? 'preference = 150' : `bgp_local_pref = ${String(localPreference)}`;
  return [
    ...rulesOf(`hinge_heard_${symbol}`, rules, router, session),
    `filter hinge_from_${symbol} {`,
    ...(rules.length === 0 ? [] : [`  if ! hinge_heard_${symbol}() then reject;`]),
    ...(preferred.length === 0 ? [] : ['  if net ~ [', ...prefixSet(preferred, 4), `  ] then ${set};`]),
    ...['  accept;', '}'],
  ];
}

/** What a neighbour is told. */
export function exportFilter(router: RenderedRouter, session: DesiredSession): string[] {
  const symbol = symbolOf(session.address);
  const rules = session.policy?.export ?? [];
  return [
    ...rulesOf(`hinge_rules_${symbol}`, rules, router, session),
    `filter hinge_to_${symbol} {`,
    '  if ! hinge_told() then reject;',
    ...(rules.length === 0 ? [] : [`  if ! hinge_rules_${symbol}() then reject;`]),
    ...['  accept;', '}'],
  ];
}

type Rule = ImportRule | ExportRule;

/** The first rule that matches decides; what none matches is permitted. */
function rulesOf(
  name: string,
  rules: readonly Rule[],
  { asn }: RenderedRouter,
  session: DesiredSession,
): string[] {
  if (rules.length === 0) return [];
  const internal = isInternal(session, asn);
  return [
    `function ${name}() {`,
    ...rules.flatMap((rule) => [
      `  if ${conditionOf(rule)} then {`,
      ...(internal ? [] : prepends(rule, asn)),
      ...changes(rule),
      `    return ${rule.action === 'permit' ? 'true' : 'false'};`,
      '  }',
    ]),
    '  return true;',
    '}',
  ];
}

function conditionOf({ match = {} }: Rule): string {
  const { prefixes, asPath, communities } = match;
  const mask = asPath === undefined ? undefined : asPathMask(asPath);
  const parts = [
    ...(mask === undefined ? [] : [`bgp_path ~ ${mask}`]),
    ...(prefixes === undefined ? [] : [`net ~ [ ${prefixes.map(prefixPattern).join(', ')} ]`]),
    ...(communities === undefined ? [] : [`bgp_community ~ ${communitySet(communities)}`]),
  ];
  return parts.length === 0 ? 'true' : parts.join(' && ');
}

/** `10.0.0.0/8 ge 16 le 24` as `10.0.0.0/8{16,24}`. */
function prefixPattern(written: string): string {
  const [prefix = ''] = written.split(' ', 1);
  const { length, ge, le } = lengthsOf(written);
  const range = ge === undefined && le === undefined ? '' : `{${String(ge ?? length)},${String(le ?? 32)}}`;
  return `${canonicalPrefix(prefix)}${range}`;
}

/** Within an AS, AS paths stay as they are: neighbours take no route with their own AS in it. */
function prepends({ set = {} }: Rule, asn: number): string[] {
  const { prepend, prependAsns } = set;
  const prepended = prepend === undefined ? prependAsns : Array.from({ length: prepend }, () => asn);
  return [...(prepended ?? [])].reverse().map((number) => `    bgp_path.prepend(${String(number)});`);
}

function changes({ set = {} }: Rule): string[] {
  const { med, communities, addCommunities, removeCommunities } = set;
  const add = (list: readonly string[] = []): string[] =>
    list.map((community) => `    bgp_community.add(${pairOf(community)});`);
  return [
    ...(removeCommunities === undefined
      ? []
      : [`    bgp_community.delete(${communitySet(removeCommunities)});`]),
    ...(communities === undefined ? [] : ['    bgp_community = -empty-;', ...add(communities)]),
    ...add(addCommunities),
    ...('localPreference' in set ? [`    bgp_local_pref = ${String(set.localPreference)};`] : []),
    ...(med === undefined ? [] : [`    bgp_med = ${String(med)};`]),
  ];
}

const communitySet = (communities: readonly string[]): string => `[ ${communities.map(pairOf).join(', ')} ]`;

/** `65000:1` as `(65000,1)`. */
const pairOf = (written: string): string => `(${(WELL_KNOWN[written] ?? written).replace(':', ',')})`;
